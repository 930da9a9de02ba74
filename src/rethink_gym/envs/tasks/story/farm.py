"""Stories of farms and gardens."""

from rethink_gym.envs.tasks.story.template import Template

__all__ = ["FARM"]

FARM = (
    Template(
        name="eggs",
        things=("eggs",),
        openings={
            "count": (
                "{name} collected {a} eggs from the hen house.",
                "There were {a} eggs in the basket of {name}.",
            ),
            "groups": (
                "{a} hens of {name} laid {b} eggs each.",
                "{name} collected {b} eggs a day for {a} days.",
            ),
        },
        events={
            "gain": ("A neighbor gave {name} {a} eggs.", "{name} found {a} more eggs in the hay."),
            "lose": (
                "{a} eggs broke on the way to the kitchen.",
                "{name} used {a} eggs for cakes.",
            ),
            "lose_groups": (
                "{name} sold {a} cartons with {b} eggs in each.",
                "{name} made {a} omelets with {b} eggs in each.",
            ),
            "gain_groups": ("On each of the next {a} days {name} collected {b} more eggs.",),
            "lose_part": ("{name} brought {part} of the eggs to the market.",),
        },
        endings={
            "plain": ("How many eggs are left?", "How many eggs does {name} have now?"),
            "share": (
                "{name} packed the others into cartons of {a}. How many cartons did {he} fill?",
            ),
            "price": (
                "{name} sold all that remained for {a} cents each. How many cents did {he} get "
                "for them?",
            ),
        },
        asides=(
            "There are {a} cows on the farm.",
            "The hen house is {a} years old.",
            "A sack of corn costs ${a}.",
        ),
    ),
    Template(
        name="flock",
        things=("sheep", "goats", "cows", "ducks", "geese"),
        openings={
            "count": (
                "A farmer called {name} had {a} {things}.",
                "{name} kept {a} {things} on a farm.",
            ),
            "groups": (
                "A farmer called {name} kept {things} on {a} fields, {b} on each.",
                "{name} had {a} barns with {b} {things} in each.",
            ),
        },
        events={
            "gain": ("{a} {things} were born.", "{name} bought {a} {things} at an auction."),
            "lose": ("{a} {things} ran away.", "A neighbor bought {a} of the {things}."),
            "lose_groups": ("{a} other farmers bought {b} {things} each.",),
            "times": ("In three years there were {times} as many {things}.",),
            "gain_part": ("In spring the number of {things} grew by {part}.",),
            "lose_part": ("For the winter {part} of the {things} were sold.",),
        },
        endings={
            "plain": (
                "How many {things} are on the farm now?",
                "How many {things} does the farm have after that?",
            ),
            "together_more": (
                "The next farm has {a} {things} more than this one has now. How many {things} "
                "do both farms have together?",
            ),
            "together_times": (
                "The farm of {other} has {times} as many {things} as this one has now. How "
                "many {things} do both farms have together?",
            ),
        },
        asides=(
            "The farm has {a} apple trees.",
            "A tractor on the farm is {a} years old.",
            "{other} visited the farm {a} times.",
        ),
        max_things=2_000,
    ),
    Template(
        name="orchard",
        things=("cherries", "plums", "walnuts", "apricots", "figs"),
        openings={
            "count": (
                "{name} picked {a} {things}.",
                "There were {a} {things} in the basket of {name}.",
            ),
            "groups": (
                "{name} picked {b} {things} from each of {a} trees.",
                "{a} helpers picked {b} {things} each for {name}.",
            ),
        },
        events={
            "gain": ("{other} added {a} {things}.", "{name} picked {a} more {things}."),
            "lose": ("Birds took {a} {things}.", "{name} ate {a} of the {things}."),
            "gain_groups": ("{a} children brought {b} {things} each.",),
            "lose_groups": ("{name} made {a} cakes with {b} {things} in each.",),
            "lose_percent": ("{a}% of the {things} were not ripe and were thrown away.",),
            "split": (
                "The {things} were divided equally among {a} people, and {name} went on with "
                "{his} own share only.",
            ),
        },
        endings={
            "plain": (
                "How many {things} does {name} have now?",
                "How many {things} are left for {name}?",
            ),
            "share": ("{name} filled them into jars of {a}. How many jars did {he} fill?",),
            "lacking": ("{name} needs {a} {things} for jam. How many must {he} still pick?",),
        },
        asides=(
            "The ladder has {a} steps.",
            "The orchard is {a} kilometers from the village.",
            "{other} planted {a} bushes there.",
        ),
    ),
    Template(
        name="garden",
        things=("tomato plants", "pumpkin plants", "lettuces", "cabbages", "bean plants"),
        openings={
            "count": (
                "{name} had {a} {things} in the garden.",
                "{a} {things} grew in the garden of {name}.",
            ),
            "groups": (
                "{name} planted {a} rows of {b} {things} each.",
                "In the garden of {name} there were {a} beds with {b} {things} in each.",
            ),
        },
        events={
            "gain": ("{name} planted {a} more {things}.", "{other} gave {name} {a} {things}."),
            "lose": ("Snails ate {a} of the {things}.", "{a} {things} froze in a cold night."),
            "gain_groups": ("{name} added {a} rows of {b} {things} each.",),
            "lose_groups": ("A storm destroyed {a} rows with {b} {things} in each.",),
            "lose_part": ("{name} gave {part} of the {things} away.",),
        },
        endings={
            "plain": (
                "How many {things} are in the garden now?",
                "How many {things} does {name} have after that?",
            ),
            "price": (
                "Each of them then needed {a} liters of water a week. How many liters a week "
                "were needed for all?",
            ),
            "together_fewer": (
                "{other} has {a} {things} fewer than {name} has now. How many {things} do both "
                "have together?",
            ),
        },
        asides=(
            "The garden has {a} birdhouses.",
            "The fence is {a} meters long.",
            "It rained on {a} days of that season.",
        ),
        max_things=2_000,
    ),
    Template(
        name="honey",
        things=("jars of honey", "bottles of juice", "jars of jam", "wheels of cheese"),
        openings={
            "count": (
                "{name} had {a} {things} in the cellar.",
                "The farm of {name} had made {a} {things}.",
            ),
            "groups": (
                "{name} put {a} shelves of {things} into the cellar, {b} on each shelf.",
                "The farm of {name} made {b} {things} a week for {a} weeks.",
            ),
        },
        events={
            "gain": ("{name} made {a} more.", "A friend brought {a} more {things}."),
            "lose": ("{name} sold {a} {things}.", "{a} of the {things} went bad."),
            "lose_groups": ("{a} customers took {b} {things} each.",),
            "gain_groups": ("{a} helpers made {b} more {things} each.",),
            "gain_percent": ("With a new machine the stock of {things} grew by {a}%.",),
        },
        endings={
            "plain": ("How many {things} are there now?", "How many {things} are left?"),
            "share": (
                "All of the {things} were packed into crates of {a}. How many crates were packed?",
            ),
            "price": (
                "All of the {things} were sold for ${a} each. How many dollars did the farm get?",
            ),
        },
        asides=(
            "The cellar is {a} meters deep.",
            "{name} learned the craft {a} years ago.",
            "{other} owns {a} beehives.",
        ),
    ),
)
"""Things on farms."""
