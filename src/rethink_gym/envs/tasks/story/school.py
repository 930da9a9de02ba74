"""Stories of schools, books and classes."""

from rethink_gym.envs.tasks.story.template import Template

__all__ = ["SCHOOL"]

SCHOOL = (
    Template(
        name="supplies",
        things=("pencils", "erasers", "notebooks", "markers", "rulers"),
        openings={
            "count": (
                "A teacher had {a} {things} in a cupboard.",
                "There were {a} {things} in the classroom.",
            ),
            "groups": (
                "A teacher bought {a} packs of {things} with {b} in each.",
                "The school office sent {a} boxes with {b} {things} in each to the class.",
            ),
        },
        events={
            "gain": (
                "{name} brought {a} more {things} from home.",
                "The parents gave {a} {things}.",
            ),
            "lose": (
                "{a} {things} were lost within a month.",
                "The class gave {a} {things} to the class next door.",
            ),
            "lose_groups": ("{a} pupils were given {b} {things} each.",),
            "gain_groups": ("Then {a} more packs with {b} {things} in each arrived.",),
            "split": (
                "The {things} were divided equally among {a} classes, and the class of {name} "
                "kept only its own share.",
            ),
        },
        endings={
            "plain": (
                "How many {things} does the class of {name} have now?",
                "How many {things} are left for the class of {name}?",
            ),
            "share": (
                "The rest was put into cups of {a}. How many cups were filled?",
                "The rest was shared equally among {a} pupils. How many {things} did each get?",
            ),
        },
        asides=(
            "There are {a} chairs in the room.",
            "The lesson takes {a} minutes.",
            "{other} is in a class with {a} pupils.",
        ),
    ),
    Template(
        name="reading",
        things=("pages",),
        openings={
            "count": (
                "{name} had already read {a} pages of a long book.",
                "On Sunday {name} read {a} pages of a long novel.",
            ),
            "groups": (
                "{name} read {b} pages of a long book on each of {a} days.",
                "For {a} evenings {name} read {b} pages an evening of a long novel.",
            ),
        },
        events={
            "gain": (
                "On the next day {name} read {a} more pages.",
                "On the train {name} read another {a} pages.",
            ),
            "gain_groups": (
                "During the next {a} days {name} read {b} pages a day.",
                "On {a} mornings {name} read {b} pages before breakfast.",
            ),
            "gain_part": (
                "On a rainy weekend {name} read as many pages again as {part} of what {he} had "
                "read before.",
            ),
            "times": ("A week later {name} had read {times} as many pages in all.",),
        },
        endings={
            "plain": (
                "How many pages has {name} read now?",
                "How many pages has {name} read in all?",
            ),
            "lacking": (
                "The book has {a} pages. How many pages must {name} still read?",
                "How many pages are left if the book has {a} pages?",
            ),
            "together_fewer": (
                "{other} has read {a} pages fewer. How many pages have both read together?",
            ),
        },
        asides=(
            "The book cost ${a}.",
            "{name} owns {a} other books.",
            "{other} watched {a} films in that month.",
        ),
    ),
    Template(
        name="schoolbus",
        things=("children",),
        openings={
            "count": (
                "{a} children were on a bus when it left the school.",
                "A bus left the school with {a} children.",
            ),
            "groups": (
                "At each of the first {a} stops {b} children got on an empty bus.",
                "{a} classes sent {b} children each to a bus that was empty before.",
            ),
        },
        events={
            "gain": ("At the library {a} children got on.", "{a} more children got on."),
            "lose": (
                "At the swimming pool {a} children got off.",
                "At the next stop {a} children got off.",
            ),
            "lose_groups": ("At each of the next {a} stops {b} children got off.",),
            "gain_groups": ("At each of the next {a} stops {b} children got on.",),
            "lose_part": ("At the park {part} of the children on the bus got off.",),
        },
        endings={
            "plain": (
                "How many children are on the bus now?",
                "How many children does the bus carry after that?",
            ),
            "lacking": ("The bus has seats for {a} children. How many seats are empty?",),
            "price": (
                "Each child on the bus then paid ${a} for a ticket. How many dollars did they "
                "pay in all?",
            ),
        },
        asides=(
            "The driver has worked there for {a} years.",
            "The bus has {a} windows.",
            "The way to the last stop is {a} kilometers long.",
        ),
        max_things=90,
    ),
    Template(
        name="chairs",
        things=("chairs",),
        openings={
            "count": (
                "There were {a} chairs in the hall of the school.",
                "{name} counted {a} chairs in the hall.",
            ),
            "groups": (
                "For a concert {name} set up {a} rows of {b} chairs in an empty hall.",
                "The hall was set with {a} rows of chairs, {b} in each row.",
            ),
        },
        events={
            "gain": ("{a} more chairs were brought from the gym.", "{name} added {a} chairs."),
            "lose": ("{a} broken chairs were taken away.", "{name} took {a} chairs out."),
            "gain_groups": ("Then {a} more rows of {b} chairs were added.",),
            "lose_groups": ("To make room for a stage, {a} rows of {b} chairs were removed.",),
            "gain_percent": ("The director had the number of chairs raised by {a}%.",),
            "lose_percent": ("After the concert {a}% of the chairs were stacked in the cellar.",),
        },
        endings={
            "plain": (
                "How many chairs are in the hall now?",
                "How many chairs stand in the hall after that?",
            ),
            "share": ("{name} put all of them into rows of {a}. How many rows are there?",),
            "lacking": ("{a} guests are expected. How many chairs are still missing?",),
        },
        asides=(
            "The concert took {a} minutes.",
            "The hall has {a} lamps.",
            "{other} played {a} songs on the piano.",
        ),
        max_things=1_000,
    ),
    Template(
        name="cranes",
        things=("paper cranes", "paper stars", "lanterns", "paper boats"),
        openings={
            "count": (
                "{name} had folded {a} {things} for the school fair.",
                "The class of {name} had made {a} {things} for the school fair.",
            ),
            "groups": (
                "{a} pupils in the class of {name} made {b} {things} each for the school fair.",
                "{name} folded {b} {things} a day for {a} days.",
            ),
        },
        events={
            "gain": ("{other} folded {a} more {things}.", "{name} made another {a} {things}."),
            "lose": ("{a} {things} were torn and thrown away.", "A baby crumpled {a} {things}."),
            "gain_groups": ("{a} parents made {b} {things} each.",),
            "lose_groups": ("{a} visitors took {b} {things} each.",),
            "times": ("After another week there were {times} as many {things}.",),
            "lose_part": ("The wind blew {part} of the {things} away.",),
        },
        endings={
            "plain": (
                "How many {things} are there now?",
                "How many {things} has the school fair in the end?",
            ),
            "lacking": ("The school needs {a} {things}. How many must still be made?",),
            "price": ("All of them were sold for ${a} each. How many dollars did that bring?",),
        },
        asides=(
            "The school was founded {a} years ago.",
            "A sheet of paper has a side of {a} centimeters.",
            "{other} also drew {a} posters.",
        ),
    ),
)
"""Things at school."""
