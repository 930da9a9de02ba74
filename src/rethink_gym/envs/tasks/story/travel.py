"""Stories of roads, vehicles and travellers."""

from rethink_gym.envs.tasks.story.template import Template

__all__ = ["TRAVEL"]

TRAVEL = (
    Template(
        name="drive",
        things=("kilometers",),
        openings={
            "count": (
                "{name} drove {a} kilometers before breakfast.",
                "A truck driver had driven {a} kilometers by noon.",
            ),
            "groups": (
                "{name} drove for {a} hours at {b} kilometers an hour.",
                "A truck driver drove {b} kilometers a day for {a} days.",
            ),
        },
        events={
            "gain": (
                "The way to the next town was {a} kilometers more.",
                "A detour added {a} kilometers.",
            ),
            "gain_groups": (
                "Then came {a} hours at {b} kilometers an hour.",
                "On each of the next {a} days the way was {b} kilometers long.",
            ),
            "times": ("By the end of the journey the way had become {times} as long.",),
            "gain_part": ("A closed bridge made the whole way longer by {part}.",),
        },
        endings={
            "plain": (
                "How many kilometers is that in all?",
                "How many kilometers long was the whole way?",
            ),
            "lacking": (
                "The destination is {a} kilometers from the start. How many kilometers are left?",
            ),
            "share": (
                "The car uses one liter of fuel for every {a} kilometers. How many liters did "
                "the whole way take?",
            ),
        },
        asides=(
            "The car is {a} years old.",
            "There were {a} bags in the trunk.",
            "A coffee on the way cost ${a}.",
        ),
    ),
    Template(
        name="train",
        things=("passengers",),
        openings={
            "count": (
                "A train left the station with {a} passengers.",
                "{a} passengers were on a train.",
            ),
            "groups": (
                "A train had {a} cars with {b} passengers in each.",
                "On a train there were {b} passengers in each of the {a} cars.",
            ),
        },
        events={
            "gain": ("At the next station {a} passengers got on.", "{a} more people got on."),
            "lose": ("At the next station {a} passengers got off.", "{a} people got off."),
            "gain_groups": ("At each of the next {a} stations {b} passengers got on.",),
            "lose_groups": ("At each of the next {a} stations {b} passengers got off.",),
            "lose_part": ("In the city {part} of the passengers got off.",),
            "lose_percent": ("At the airport {a}% of the passengers got off.",),
        },
        endings={
            "plain": (
                "How many passengers are on the train now?",
                "How many passengers does the train carry after that?",
            ),
            "lacking": ("The train has {a} seats. How many seats are free?",),
            "price": (
                "Each of the passengers who were left had paid ${a}. How many dollars had they "
                "paid in all?",
            ),
        },
        asides=(
            "The train was {a} minutes late.",
            "The conductor has {a} years of experience.",
            "The line has {a} bridges.",
        ),
        max_things=1_500,
    ),
    Template(
        name="cargo",
        things=("containers", "barrels", "crates", "pallets"),
        openings={
            "count": ("A ship carried {a} {things}.", "{a} {things} were loaded on a ship."),
            "groups": (
                "A ship carried {a} stacks of {b} {things} each.",
                "In the harbor {a} cranes each loaded {b} {things} on an empty ship.",
            ),
        },
        events={
            "gain": (
                "In the first port {a} {things} were added.",
                "{a} more {things} came aboard.",
            ),
            "lose": (
                "In the next port {a} {things} were unloaded.",
                "A storm swept {a} {things} away.",
            ),
            "gain_groups": ("In each of the next {a} ports {b} {things} were added.",),
            "lose_groups": ("In each of the next {a} ports {b} {things} were unloaded.",),
            "lose_part": ("On an island {part} of the {things} were unloaded.",),
            "times": ("In a large port the load grew to {times} as many {things}.",),
        },
        endings={
            "plain": (
                "How many {things} are on the ship now?",
                "How many {things} does the ship carry in the end?",
            ),
            "lacking": ("The ship has room for {a} {things}. How many more could it take?",),
            "share": (
                "In the last port trucks took {a} {things} each until the ship was empty. How "
                "many truck loads were that?",
            ),
        },
        asides=(
            "The ship has a crew of {a}.",
            "The voyage took {a} days.",
            "The captain is {a} years old.",
        ),
    ),
    Template(
        name="hike",
        things=("meters",),
        openings={
            "count": (
                "{name} had climbed {a} meters up a mountain.",
                "A hut lies {a} meters above the valley, and {name} started there.",
            ),
            "groups": (
                "{name} climbed a mountain from the valley, {b} meters an hour for {a} hours.",
                "From the valley {name} climbed {a} ladders of {b} meters each.",
            ),
        },
        events={
            "gain": ("{name} went up {a} more meters.", "The path rose by {a} meters."),
            "lose": ("The path went down by {a} meters.", "{name} climbed down {a} meters."),
            "gain_groups": ("{name} went up {b} meters an hour for {a} hours.",),
            "lose_groups": ("{name} went down {a} slopes of {b} meters each.",),
            "times": ("By evening {name} was {times} as high above the valley.",),
        },
        endings={
            "plain": (
                "How many meters above the valley is {name} now?",
                "How high above the valley, in meters, is {name} after that?",
            ),
            "lacking": (
                "The top is {a} meters above the valley. How many meters are left to climb?",
            ),
        },
        asides=(
            "The backpack weighs {a} kilograms.",
            "{name} met {a} other hikers.",
            "{other} waited for {a} minutes in the valley.",
        ),
        max_things=4_000,
    ),
    Template(
        name="fuel",
        things=("liters",),
        openings={
            "count": (
                "The tank in the boat of {name} held {a} liters of fuel.",
                "{name} started a journey with {a} liters of fuel.",
            ),
            "groups": (
                "{name} filled an empty tank from {a} cans of {b} liters each.",
                "The empty tank in the boat of {name} was filled with {a} cans of {b} liters each.",
            ),
        },
        events={
            "gain": ("{name} filled in {a} liters more.", "At a pier {a} liters were added."),
            "lose": ("The first hour took {a} liters.", "The way to an island used up {a} liters."),
            "lose_groups": (
                "The engine used {b} liters an hour for {a} hours.",
                "{a} trips took {b} liters each.",
            ),
            "gain_groups": ("{name} added {a} cans of {b} liters.",),
            "lose_part": ("Against the wind {part} of the fuel was used up.",),
        },
        endings={
            "plain": (
                "How many liters of fuel are in the tank now?",
                "How many liters of fuel are left?",
            ),
            "share": (
                "The engine then used {a} liters an hour until the tank was empty. How many "
                "hours did that take?",
            ),
            "lacking": ("The tank holds {a} liters. How many liters could be filled in?",),
        },
        asides=(
            "The boat is {a} meters long.",
            "{other} caught {a} fish that day.",
            "A map of the coast cost ${a}.",
        ),
        max_things=2_000,
    ),
)
"""Things on the way."""
