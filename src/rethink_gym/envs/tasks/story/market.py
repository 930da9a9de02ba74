"""Stories of buying and selling."""

from rethink_gym.envs.tasks.story.template import Template

__all__ = ["MARKET"]

MARKET = (
    Template(
        name="stall",
        things=("apples", "pears", "oranges", "lemons", "peaches"),
        openings={
            "count": (
                "{name} set out {a} {things} on a market stall.",
                "There were {a} {things} on the market stall of {name}.",
            ),
            "groups": (
                "{name} brought {a} crates with {b} {things} each to the market.",
                "A farmer delivered {a} crates of {b} {things} to the stall of {name}.",
            ),
        },
        events={
            "lose": (
                "{name} sold {a} {things} in the morning.",
                "A customer bought {a} of the {things}.",
                "{a} {things} turned out to be bruised and were thrown away.",
            ),
            "lose_groups": (
                "{a} customers bought {b} {things} each.",
                "{name} sold {a} bags with {b} {things} in each.",
            ),
            "gain_groups": ("A truck brought {a} more boxes with {b} {things} in each.",),
            "lose_part": (
                "By noon {name} had sold {part} of the {things} on the stall.",
                "A restaurant bought {part} of the {things} that were left.",
            ),
        },
        endings={
            "plain": (
                "How many {things} are on the stall now?",
                "How many {things} does {name} have left?",
            ),
            "price": (
                "{name} sold all that were left for ${a} each. How many dollars did "
                "{he} get for these?",
            ),
            "share": ("{name} packed the rest into bags of {a}. How many bags did {he} fill?",),
        },
        asides=(
            "The stall next to it sold {a} jars of honey.",
            "The market opened {a} years ago.",
            "{name} paid ${a} for the place on the market.",
        ),
    ),
    Template(
        name="bakery",
        things=("rolls", "muffins", "pretzels", "croissants", "bagels"),
        openings={
            "count": (
                "The bakery of {name} had {a} {things} on the shelf.",
                "{name} baked {a} {things} before the bakery opened.",
            ),
            "groups": (
                "{name} baked {a} trays of {things} with {b} on each tray.",
                "In the bakery of {name} {a} trays with {b} {things} each came out of the oven.",
            ),
        },
        events={
            "gain": (
                "{name} baked {a} more {things}.",
                "Another {a} {things} came out of the oven.",
            ),
            "lose": (
                "A school picked up {a} {things}.",
                "{name} sold {a} {things}.",
            ),
            "lose_groups": (
                "{a} families each bought {b} {things}.",
                "{name} sold {a} boxes of {b} {things}.",
            ),
            "gain_groups": ("{name} baked {a} more trays with {b} {things} on each.",),
            "lose_percent": ("{a}% of the {things} on the shelf were sold before lunch.",),
        },
        endings={
            "plain": (
                "How many {things} does the bakery have now?",
                "How many {things} were left at the end?",
            ),
            "price": (
                "The bakery sold all the rest for ${a} each. How many dollars did the "
                "rest bring in?",
            ),
            "share": ("{name} put the rest into boxes of {a}. How many boxes did {he} need?",),
        },
        asides=(
            "The oven is {a} years old.",
            "The bakery also sold {a} cups of coffee.",
            "{other} lives {a} streets away from the bakery.",
        ),
    ),
    Template(
        name="bookshop",
        things=("novels", "comics", "cookbooks", "travel guides", "picture books"),
        openings={
            "count": (
                "The bookshop of {name} had {a} {things} in stock.",
                "On Monday there were {a} {things} in the shop of {name}.",
            ),
            "groups": (
                "{name} filled {a} shelves of the shop with {b} {things} each.",
                "The bookshop of {name} ordered {a} parcels of {things} with {b} in each.",
            ),
        },
        events={
            "gain": (
                "The publisher sent {a} more {things}.",
                "{name} unpacked another {a} {things}.",
            ),
            "lose": (
                "The shop sold {a} {things} that day.",
                "{name} sent {a} {things} back to the publisher.",
            ),
            "times": ("For the holidays the shop raised its stock to {times} as many {things}.",),
            "lose_percent": ("During a sale {a}% of the {things} in the shop were sold.",),
            "gain_part": ("For a fair the stock of {things} was increased by {part}.",),
        },
        endings={
            "plain": (
                "How many {things} does the shop have now?",
                "How many {things} are in stock after that?",
            ),
            "lacking": (
                "The shop wants to have {a} {things} in stock. How many must it still order?",
            ),
            "share": (
                "{name} spread them evenly over shelves with {a} on each. How many shelves "
                "did {he} use?",
            ),
        },
        asides=(
            "The shop has {a} windows.",
            "{other} bought {a} postcards there.",
            "A newspaper in the shop costs ${a}.",
        ),
    ),
    Template(
        name="flowers",
        things=("roses", "tulips", "lilies", "daisies", "sunflowers"),
        openings={
            "count": (
                "{name} had {a} {things} in the flower shop.",
                "The flower shop of {name} started the day with {a} {things}.",
            ),
            "groups": (
                "A gardener brought {a} bunches of {b} {things} to the flower shop of {name}.",
                "{name} filled {a} vases with {b} {things} each.",
            ),
        },
        events={
            "gain": (
                "A gardener brought {a} more {things}.",
                "{name} cut another {a} {things} in the garden behind the shop.",
            ),
            "lose": (
                "{name} sold {a} {things}.",
                "{a} of the {things} wilted and were thrown away.",
            ),
            "lose_groups": (
                "{name} tied {a} bouquets of {b} {things} each and sold them.",
                "{a} hotels bought {b} {things} each.",
            ),
            "lose_part": ("For a wedding {name} delivered {part} of the {things}.",),
        },
        endings={
            "plain": (
                "How many {things} are left in the shop?",
                "How many {things} does {name} have then?",
            ),
            "share": (
                "{name} tied all the others into bouquets of {a}. How many bouquets were these?",
            ),
            "price": ("The rest was sold for ${a} apiece. How many dollars did the rest bring?",),
        },
        asides=(
            "A vase in the shop window is {a} inches tall.",
            "{other} had ordered {a} potted plants for the next day.",
            "The shop has been open for {a} years.",
        ),
    ),
    Template(
        name="toys",
        things=("toy cars", "puzzles", "kites", "yo-yos", "board games"),
        openings={
            "count": (
                "A toy shop had {a} {things}.",
                "{name} counted {a} {things} in the toy shop.",
            ),
            "groups": (
                "A toy shop received {a} cartons with {b} {things} in each.",
                "{name} unpacked {a} cartons of {things}, each with {b} in it.",
            ),
        },
        events={
            "gain": ("The shop ordered {a} more {things}.", "{a} more {things} were delivered."),
            "lose": (
                "A kindergarten bought {a} of the {things}.",
                "{a} {things} were sold on Saturday.",
            ),
            "lose_groups": ("{a} parents bought {b} {things} each.",),
            "gain_percent": ("Before the holidays the stock of {things} grew by {a}%.",),
            "times": ("Then the shop bought until it had {times} as many {things}.",),
        },
        endings={
            "plain": ("How many {things} does the toy shop have now?",),
            "lacking": ("The shelf has room for {a} {things}. How many more would fit on it?",),
            "price": (
                "In the end all of them were sold for ${a} each. How many dollars did that bring?",
            ),
        },
        asides=(
            "A teddy bear in the shop costs ${a}.",
            "{other} was the customer number {a} that day.",
            "The shop has {a} shelves for books.",
        ),
    ),
)
"""Things on sale."""
