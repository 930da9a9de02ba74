"""Stories of games, training and clubs."""

from rethink_gym.envs.tasks.story.template import Template

__all__ = ["SPORT"]

SPORT = (
    Template(
        name="points",
        things=("points",),
        openings={
            "count": (
                "{name} had {a} points in a game.",
                "In the first round {name} won {a} points.",
            ),
            "groups": (
                "{name} hit the target {a} times for {b} points each.",
                "In each of the first {a} rounds {name} won {b} points.",
            ),
        },
        events={
            "gain": ("{name} won {a} points.", "For a trick {name} got {a} points."),
            "lose": ("For a foul {name} lost {a} points.", "{name} had to give back {a} points."),
            "gain_groups": ("In each of the next {a} rounds {name} won {b} points.",),
            "lose_groups": ("{a} penalties cost {name} {b} points each.",),
            "times": ("A golden card raised the score of {name} to {times} as many points.",),
            "lose_part": ("A trap cost {name} {part} of the points.",),
        },
        endings={
            "plain": (
                "How many points does {name} have now?",
                "What is the score of {name} at the end?",
            ),
            "lacking": ("{name} wins with {a} points. How many points are missing?",),
            "together_more": (
                "{other} has {a} points more than {name} has now. How many points do both have "
                "together?",
            ),
            "together_fewer": (
                "{other} has {a} points fewer than {name} has now. How many points do they have "
                "in all?",
            ),
        },
        asides=(
            "{a} people watched the game.",
            "The game is sold for ${a}.",
            "{other} is {a} years old.",
        ),
    ),
    Template(
        name="laps",
        things=("meters",),
        openings={
            "count": (
                "{name} ran {a} meters to warm up.",
                "{name} swam {a} meters in the morning.",
            ),
            "groups": (
                "{name} ran {a} laps of {b} meters each.",
                "{name} swam {a} lanes of {b} meters each.",
            ),
        },
        events={
            "gain": ("{name} added {a} meters.", "A last sprint was {a} meters long."),
            "gain_groups": (
                "Then {name} did {a} sprints of {b} meters each.",
                "After a break came {a} more laps of {b} meters each.",
            ),
            "times": ("The coach then made {name} go on until it was {times} as far.",),
            "gain_part": ("{name} felt strong and made it longer by {part}.",),
        },
        endings={
            "plain": (
                "How many meters is that in all?",
                "How many meters did {name} do altogether?",
            ),
            "lacking": ("The goal was {a} meters. How many meters were missing?",),
            "together_times": (
                "{other} did {times} as many meters as {name} did in all. How many meters did "
                "both do together?",
            ),
        },
        asides=(
            "The coach blew the whistle {a} times.",
            "{name} drank {a} sips of water.",
            "The club has {a} members.",
        ),
    ),
    Template(
        name="tickets",
        things=("tickets",),
        openings={
            "count": (
                "A club had {a} tickets for a match.",
                "{a} tickets for a match were printed.",
            ),
            "groups": (
                "A club printed {a} sheets with {b} tickets on each.",
                "{a} sponsors gave a club {b} tickets each.",
            ),
        },
        events={
            "gain": ("{a} more tickets were printed.", "{a} tickets were given back to the club."),
            "lose": ("{name} bought {a} tickets for a group.", "The club gave {a} tickets away."),
            "lose_groups": (
                "{a} schools got {b} tickets each.",
                "{a} families bought {b} tickets each.",
            ),
            "lose_percent": ("On the first day {a}% of the tickets that were left were sold.",),
            "lose_part": ("Online {part} of the remaining tickets were sold.",),
            "gain_groups": ("The club found {a} envelopes with {b} more tickets in each.",),
        },
        endings={
            "plain": ("How many tickets are left?", "How many tickets does the club still have?"),
            "price": (
                "All that were left were sold for ${a} each. How many dollars did these bring?",
            ),
            "share": (
                "The rest was shared equally among {a} players. How many tickets did each get?",
            ),
        },
        asides=(
            "The stadium has {a} gates.",
            "The match lasted {a} minutes.",
            "{other} scored {a} goals in that season.",
        ),
    ),
    Template(
        name="balls",
        things=("tennis balls", "footballs", "helmets", "jerseys", "rackets"),
        openings={
            "count": ("A sports club had {a} {things}.", "There were {a} {things} in the gym."),
            "groups": (
                "A sports club bought {a} nets with {b} {things} in each.",
                "{name} carried {a} bags with {b} {things} each into an empty gym.",
            ),
        },
        events={
            "gain": (
                "{name} found {a} more {things} in the cellar.",
                "A sponsor gave {a} {things}.",
            ),
            "lose": (
                "{a} of the {things} were worn out and thrown away.",
                "{a} {things} were lost.",
            ),
            "lose_groups": ("{a} teams took {b} {things} each.",),
            "gain_groups": ("Then {a} more bags with {b} {things} in each arrived.",),
            "lose_part": ("The club gave {part} of the {things} to a school.",),
        },
        endings={
            "plain": (
                "How many {things} does the club have now?",
                "How many {things} are left?",
            ),
            "lacking": ("The club needs {a} {things}. How many are missing?",),
            "share": (
                "{name} stored them in lockers with {a} in each. How many lockers did {he} use?",
            ),
        },
        asides=(
            "The gym is {a} meters long.",
            "{other} has won {a} medals.",
            "The club fee is ${a} a month.",
        ),
    ),
    Template(
        name="visitors",
        things=("visitors",),
        openings={
            "count": ("There were {a} visitors in a museum.", "A zoo opened with {a} visitors."),
            "groups": (
                "{a} buses brought {b} visitors each to a museum that was empty before.",
                "{a} trams brought {b} visitors each to an empty zoo.",
            ),
        },
        events={
            "gain": ("{a} more visitors came in.", "Then {a} visitors arrived by tram."),
            "lose": ("{a} visitors left.", "For lunch {a} visitors went away."),
            "gain_groups": ("{a} school classes came with {b} visitors each.",),
            "lose_groups": ("{a} groups of {b} visitors left.",),
            "lose_percent": ("When it began to rain, {a}% of the visitors left.",),
            "times": ("By noon there were {times} as many visitors inside.",),
        },
        endings={
            "plain": (
                "How many visitors are there now?",
                "How many visitors are inside after that?",
            ),
            "price": (
                "Each of the visitors who were inside then bought an ice cream for ${a}. How many "
                "dollars was that in all?",
            ),
            "share": (
                "All visitors then went on tours in groups of {a}. How many groups were there?",
            ),
        },
        asides=(
            "{name} has worked there for {a} years.",
            "The building has {a} doors.",
            "{other} took {a} photos.",
        ),
        max_things=2_500,
    ),
)
"""Things at play."""
