"""Stories of what people collect and keep at home."""

from rethink_gym.envs.tasks.story.template import Template

__all__ = ["HOME"]

HOME = (
    Template(
        name="savings",
        things=("dollars",),
        openings={
            "count": (
                "{name} had ${a} in a money box.",
                "There were ${a} in the money box of {name}.",
            ),
            "groups": (
                "{name} saved ${b} a week for {a} weeks.",
                "For {a} months {name} put ${b} a month aside.",
            ),
        },
        events={
            "gain": (
                "{name} got ${a} from {his} grandmother.",
                "{name} earned ${a} by washing cars.",
            ),
            "lose": (
                "{name} spent ${a} on a present.",
                "{name} lent ${a} to {other}.",
            ),
            "gain_groups": ("{name} mowed {a} lawns and got ${b} for each of them.",),
            "lose_groups": (
                "{name} bought {a} books for ${b} each.",
                "{name} paid for {a} cinema tickets at ${b} each.",
            ),
            "lose_part": ("{name} gave {part} of the money to a charity.",),
            "times": ("An aunt then gave {name} so much that {he} had {times} as much.",),
        },
        endings={
            "plain": (
                "How many dollars does {name} have now?",
                "How much money, in dollars, does {name} have left?",
            ),
            "lacking": (
                "A bicycle costs ${a}. How many dollars does {name} still need for it?",
                "{name} wants to buy a tent for ${a}. How many dollars are missing?",
            ),
            "together_more": (
                "{other} has ${a} more than {name} has now. How many dollars do the two "
                "have together?",
            ),
        },
        asides=(
            "The money box has {a} stickers on it.",
            "{other} is {a} years old.",
            "The bank is {a} kilometers away.",
        ),
    ),
    Template(
        name="stamps",
        things=("stamps", "coins", "postcards", "badges"),
        openings={
            "count": (
                "{name} had a collection of {a} {things}.",
                "There were {a} {things} in the collection of {name}.",
            ),
            "groups": (
                "{name} filled {a} pages of an album with {b} {things} each.",
                "{name} inherited {a} albums with {b} {things} in each.",
            ),
        },
        events={
            "gain": (
                "{name} got {a} {things} as a birthday present.",
                "{name} bought {a} {things} at a fair.",
            ),
            "lose": (
                "{name} gave {a} {things} to {other}.",
                "{name} sold {a} {things}.",
            ),
            "gain_groups": ("{name} bought {a} envelopes with {b} {things} in each.",),
            "times": ("Within a year the collection grew to {times} as many {things}.",),
            "lose_part": ("{name} passed {part} of the {things} on to {his} cousin.",),
        },
        endings={
            "plain": (
                "How many {things} are in the collection of {name} now?",
                "How many {things} does {name} own after that?",
            ),
            "together_fewer": (
                "{other} has {a} {things} fewer than {name} has now. How many {things} do "
                "they have together?",
            ),
            "together_times": (
                "{other} owns {times} as many {things} as {name} has now. How many {things} "
                "do both own together?",
            ),
            "share": ("{name} arranged all of them in rows of {a}. How many rows are there?",),
        },
        asides=(
            "The oldest piece is {a} years old.",
            "The album has cost ${a}.",
            "{other} collects bottle caps and has {a} of these.",
        ),
    ),
    Template(
        name="marbles",
        things=("marbles", "stickers", "beads", "trading cards"),
        openings={
            "count": (
                "{name} had {a} {things}.",
                "In the beginning {name} owned {a} {things}.",
            ),
            "groups": (
                "{name} had {a} bags with {b} {things} in each.",
                "{name} opened {a} packs of {things} and found {b} in every pack.",
            ),
        },
        events={
            "gain": (
                "{name} won {a} {things} from {other}.",
                "{name} found {a} {things} under the bed.",
            ),
            "lose": (
                "{name} lost {a} {things} in a game.",
                "{name} gave {a} {things} to {his} sister.",
            ),
            "gain_groups": ("{name} bought {a} packs with {b} {things} in each.",),
            "lose_groups": ("{name} gave {b} {things} to each of {a} friends.",),
            "split": (
                "{name} sorted the {things} evenly into {a} boxes and kept only one of the boxes.",
            ),
        },
        endings={
            "plain": (
                "How many {things} does {name} have now?",
                "How many {things} has {name} got in the end?",
            ),
            "together_more": (
                "{other} has {a} more {things} than {name} has now. How many do they have "
                "together?",
            ),
            "together_times": (
                "{other} has {times} as many {things} as {name} has now. How many do they "
                "have in all?",
            ),
        },
        asides=(
            "{other} is {a} centimeters taller than {name}.",
            "They played for {a} minutes.",
            "{name} has {a} pencils in {his} bag.",
        ),
    ),
    Template(
        name="cookies",
        things=("cookies", "brownies", "pancakes", "waffles"),
        openings={
            "count": (
                "{name} made {a} {things} for a party.",
                "There were {a} {things} on the kitchen table of {name}.",
            ),
            "groups": (
                "{name} filled {a} plates with {b} {things} each.",
                "{name} made {a} batches of {b} {things}.",
            ),
        },
        events={
            "gain": ("{other} brought {a} {things}.", "{name} made {a} more {things}."),
            "lose": (
                "The children ate {a} {things}.",
                "{a} of the {things} fell on the floor and were thrown away.",
            ),
            "lose_groups": (
                "{a} guests ate {b} {things} each.",
                "{name} gave {a} neighbors {b} {things} each.",
            ),
            "lose_part": ("The guests ate {part} of the {things} that were there.",),
            "gain_groups": ("{a} guests arrived and brought {b} {things} each.",),
        },
        endings={
            "plain": (
                "How many {things} are there now?",
                "How many {things} remain?",
            ),
            "share": (
                "{name} wrapped up the rest in packets of {a}. How many packets did {he} make?",
                "The rest was shared equally among {a} children. How many {things} did each get?",
            ),
        },
        asides=(
            "The recipe comes from a book of {a} pages.",
            "The kitchen was {a} degrees warm.",
            "{other} drank {a} glasses of juice that week.",
        ),
        max_things=1_000,
    ),
    Template(
        name="water",
        things=("liters",),
        openings={
            "count": (
                "There were {a} liters of water in the rain barrel of {name}.",
                "The water tank of {name} held {a} liters.",
            ),
            "groups": (
                "{name} poured {a} buckets of {b} liters each into an empty tank.",
                "For {a} minutes {name} filled an empty tank with {b} liters a minute.",
            ),
        },
        events={
            "gain": ("Rain added {a} liters.", "{name} poured in {a} more liters."),
            "lose": ("{name} took out {a} liters for the garden.", "{a} liters leaked out."),
            "lose_groups": (
                "{name} filled {a} watering cans of {b} liters each from it.",
                "{a} animals drank {b} liters each from it.",
            ),
            "gain_groups": ("A pump added {b} liters an hour for {a} hours.",),
            "lose_part": ("In a hot week {part} of the water was used up.",),
        },
        endings={
            "plain": (
                "How many liters of water are in it now?",
                "How many liters are left?",
            ),
            "lacking": (
                "It is full with {a} liters. How many liters are missing until it is full?",
            ),
            "share": (
                "All of the water was then filled into jugs of {a} liters. How many jugs "
                "were filled?",
            ),
        },
        asides=(
            "It stands {a} meters away from the house.",
            "It was painted {a} years ago.",
            "{name} has {a} rose bushes.",
        ),
    ),
)
"""Things at home."""
