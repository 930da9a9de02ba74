"""Stories of workshops, offices and wages."""

from rethink_gym.envs.tasks.story.template import Template

__all__ = ["WORK"]

WORK = (
    Template(
        name="factory",
        things=("lamps", "clocks", "chairs", "radios", "bottles"),
        openings={
            "count": ("A factory made {a} {things} on Monday.", "A factory had {a} {things}."),
            "groups": (
                "A factory ran {a} machines, and each made {b} {things}.",
                "A factory made {b} {things} an hour for {a} hours.",
            ),
        },
        events={
            "gain": ("The night shift made {a} more {things}.", "{a} more {things} were finished."),
            "lose": (
                "{a} of the {things} were faulty and were scrapped.",
                "A shop took {a} of the {things}.",
            ),
            "gain_groups": ("Then {a} workers made {b} more {things} each.",),
            "lose_groups": ("{a} shops took {b} {things} each.",),
            "lose_percent": ("{a}% of the {things} failed a test and were scrapped.",),
            "times": ("After a month the factory had {times} as many {things}.",),
        },
        endings={
            "plain": (
                "How many {things} does the factory have now?",
                "How many {things} are in the factory after that?",
            ),
            "share": ("All of them were packed into boxes of {a}. How many boxes were packed?",),
            "price": (
                "All of them were sold for ${a} each. How many dollars did the factory get?",
            ),
        },
        asides=(
            "The factory has {a} gates.",
            "{name} has worked there for {a} years.",
            "The canteen served {a} meals.",
        ),
    ),
    Template(
        name="wages",
        things=("dollars",),
        openings={
            "count": (
                "{name} had earned ${a} by Tuesday.",
                "For the first job of the week {name} got ${a}.",
            ),
            "groups": (
                "{name} worked for {a} hours at ${b} an hour.",
                "{name} repaired {a} bicycles and got ${b} for each.",
            ),
        },
        events={
            "gain": ("A customer gave a tip of ${a}.", "{name} got a bonus of ${a}."),
            "gain_groups": (
                "Then {name} worked {a} more hours at ${b} an hour.",
                "{name} delivered {a} parcels for ${b} each.",
            ),
            "lose": ("{name} paid ${a} for tools.", "{name} bought a shirt for ${a} from it."),
            "lose_groups": ("On each of {a} days {name} spent ${b} of it on lunch.",),
            "lose_percent": ("{name} paid {a}% of what {he} had in taxes.",),
            "gain_percent": ("The boss raised what {name} had by {a}%.",),
        },
        endings={
            "plain": (
                "How many dollars does {name} have now?",
                "How many dollars are left for {name}?",
            ),
            "together_more": (
                "{other} has ${a} more than {name} has now. How many dollars do both have "
                "together?",
            ),
            "together_fewer": (
                "{other} has ${a} less than {name} has now. How many dollars do both have "
                "together?",
            ),
        },
        asides=(
            "{name} is {a} years old.",
            "The way to work takes {a} minutes.",
            "The workshop has {a} windows.",
        ),
    ),
    Template(
        name="bricks",
        things=("bricks", "tiles", "planks", "stones"),
        openings={
            "count": ("{name}, a mason, had {a} {things}.", "{a} {things} lay on a building site."),
            "groups": (
                "A truck brought {a} loads of {b} {things} to a building site.",
                "{name} stacked {a} piles of {b} {things} each on a building site.",
            ),
        },
        events={
            "gain": ("{a} more {things} were delivered.", "{name} brought {a} {things} from home."),
            "lose": ("{a} {things} broke.", "{name} used {a} {things} for a step."),
            "lose_groups": (
                "{name} built {a} rows of {b} {things} each with them.",
                "{a} workers took {b} {things} each.",
            ),
            "gain_groups": ("Then {a} more loads of {b} {things} arrived.",),
            "lose_part": ("For a wall {part} of the {things} were used.",),
        },
        endings={
            "plain": (
                "How many {things} are left?",
                "How many {things} are on the building site now?",
            ),
            "lacking": ("The roof needs {a} {things}. How many must still be ordered?",),
            "share": ("{name} laid all of them in rows of {a}. How many rows were these?",),
        },
        asides=(
            "The house has {a} windows.",
            "{other} mixed {a} bags of cement.",
            "The wall is {a} meters long.",
        ),
    ),
    Template(
        name="letters",
        things=("letters", "parcels", "magazines", "newspapers"),
        openings={
            "count": (
                "{name} started the day with {a} {things} in the post van.",
                "{name} had {a} {things} to deliver.",
            ),
            "groups": (
                "{name} loaded {a} bags with {b} {things} each into the post van.",
                "The post van of {name} carried {a} bags with {b} {things} in each.",
            ),
        },
        events={
            "gain": (
                "At the post office {a} more {things} came in.",
                "{other} added {a} {things}.",
            ),
            "lose": ("{name} delivered {a} {things} to a hospital.", "A shop got {a} {things}."),
            "lose_groups": (
                "{name} delivered {b} {things} to each of {a} houses.",
                "{a} offices got {b} {things} each.",
            ),
            "gain_groups": ("At the station {a} sacks with {b} {things} in each were added.",),
            "lose_part": ("In the first village {name} delivered {part} of the {things}.",),
        },
        endings={
            "plain": (
                "How many {things} are still to be delivered?",
                "How many {things} are left?",
            ),
            "share": (
                "On the last street every house got {a} {things}, and then none were left. How "
                "many houses were there?",
            ),
        },
        asides=(
            "The van is {a} years old.",
            "The route is {a} kilometers long.",
            "A dog barked at {name} {a} times.",
        ),
    ),
    Template(
        name="minutes",
        things=("minutes",),
        openings={
            "count": (
                "{name} worked on a painting for {a} minutes on Monday.",
                "The first part of a job took {name} {a} minutes.",
            ),
            "groups": (
                "{name} worked on a painting for {b} minutes on each of {a} days.",
                "{name} repaired {a} lamps and needed {b} minutes for each.",
            ),
        },
        events={
            "gain": (
                "Cleaning the brushes took {a} more minutes.",
                "The next part took {name} {a} minutes.",
            ),
            "gain_groups": (
                "{name} then worked {a} times for {b} minutes.",
                "After that came {a} small repairs of {b} minutes each.",
            ),
            "gain_part": ("Because of mistakes the whole work took longer by {part}.",),
            "gain_percent": ("Bad light made the whole work take {a}% longer.",),
            "times": ("In the end everything took {times} as long.",),
        },
        endings={
            "plain": (
                "How many minutes did all of it take?",
                "How many minutes is that in all?",
            ),
            "together_times": (
                "{other} needed {times} as long as {name} did in all. How many minutes did "
                "both need together?",
            ),
            "lacking": ("{name} had planned {a} minutes for it. How many minutes were left?",),
        },
        asides=(
            "The studio is on floor {a}.",
            "A brush cost ${a}.",
            "{other} had called {a} times.",
        ),
        max_things=3_000,
    ),
)
"""Things at work."""
