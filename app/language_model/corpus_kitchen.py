# ruff: noqa: E501 - a template is easier to read when it is not cut
"""Templates about what is in a fridge and what to cook from it."""

from collections.abc import Mapping

from .corpus_part import Part

_TIMES = {
    "place": ["fridge", "kitchen", "drawer", "cupboard"],
    "minutes": ["five", "ten", "fifteen", "twenty", "thirty"],
    "people": ["two", "three", "four", "five", "six"],
    "day": ["Monday", "Tuesday", "Friday", "Saturday", "Sunday"],
    "extra": ["a little salt", "some pepper", "fresh herbs", "a drop of oil", "lemon juice"],
    "left": ["milk", "yogurt", "butter", "carrots", "leeks", "a lemon", "half an onion", "cream"],
}


def _dish(name: str, foods: str, first: str, then: str, end: str) -> Mapping[str, str]:
    """One record; `foods` are the three main ingredients, separated by commas."""
    a, b, c = foods.split(", ")
    return {"dish": name, "a": a, "b": b, "c": c, "first": first, "then": then, "end": end}


_DISHES = [
    _dish(
        "a spinach omelette",
        "eggs, spinach, cheese",
        "beat the eggs in a bowl",
        "cook the spinach in butter and pour the eggs over it",
        "fold the omelette and [add the cheese|serve it hot]",
    ),
    _dish(
        "a tomato soup",
        "tomatoes, onions, cream",
        "cut the onions and cook them slowly",
        "add the tomatoes and a glass of water",
        "blend the soup and stir in the cream",
    ),
    _dish(
        "a rice salad",
        "rice, peppers, tuna",
        "boil the rice and let it cool",
        "cut the peppers into small pieces",
        "mix everything with the tuna and [some oil|a spoon of vinegar]",
    ),
    _dish(
        "a potato gratin",
        "potatoes, milk, cheese",
        "peel the potatoes and slice them thin",
        "lay them in a dish and pour the milk over them",
        "cover with cheese and bake until [golden|it is brown on top]",
    ),
    _dish(
        "pasta with mushrooms",
        "pasta, mushrooms, cream",
        "boil the pasta in salted water",
        "fry the mushrooms in a hot pan",
        "stir in the cream and [mix it with the pasta|serve at once]",
    ),
    _dish(
        "a chicken stir fry",
        "chicken, carrots, rice",
        "cut the chicken and the carrots into strips",
        "fry them in a hot pan for ten minutes",
        "serve them on the rice",
    ),
    _dish(
        "a lentil stew",
        "lentils, carrots, onions",
        "rinse the lentils in cold water",
        "cook the onions and the carrots in a large pot",
        "add the lentils and let the stew simmer",
    ),
    _dish(
        "a vegetable curry",
        "chickpeas, tomatoes, coconut milk",
        "warm the spices in a little oil",
        "add the tomatoes and the chickpeas",
        "pour in the coconut milk and [simmer gently|let it thicken]",
    ),
    _dish(
        "a cheese toast",
        "bread, cheese, ham",
        "butter the bread on both sides",
        "lay the ham and the cheese on it",
        "toast it in a pan until the cheese melts",
    ),
    _dish(
        "a zucchini quiche",
        "zucchini, eggs, cream",
        "slice the zucchini and fry it until soft",
        "beat the eggs with the cream",
        "pour everything into a pastry case and bake it",
    ),
    _dish(
        "pancakes",
        "flour, milk, eggs",
        "mix the flour with the eggs",
        "add the milk little by little",
        "bake thin pancakes in a hot pan",
    ),
    _dish(
        "a bean chili",
        "beans, tomatoes, peppers",
        "fry the peppers with an onion",
        "add the tomatoes and the spices",
        "stir in the beans and let it cook slowly",
    ),
    _dish(
        "baked salmon",
        "salmon, potatoes, lemon",
        "boil the potatoes with their skin",
        "lay the salmon in a dish with slices of lemon",
        "bake it for fifteen minutes and serve it with the potatoes",
    ),
    _dish(
        "an apple crumble",
        "apples, flour, butter",
        "peel the apples and cut them into pieces",
        "rub the flour and the butter with some sugar",
        "cover the apples and bake until golden",
    ),
]

_KEEPING: list[Mapping[str, str]] = [
    {"food": "fresh fish", "time": "one day", "where": "the coldest part of the fridge"},
    {"food": "cooked rice", "time": "two days", "where": "a closed box in the fridge"},
    {"food": "minced meat", "time": "one day", "where": "the coldest part of the fridge"},
    {"food": "opened milk", "time": "three days", "where": "the door of the fridge"},
    {"food": "hard cheese", "time": "three weeks", "where": "a cloth in the fridge"},
    {"food": "a box of eggs", "time": "three weeks", "where": "the fridge, away from the door"},
    {"food": "carrots", "time": "two weeks", "where": "the vegetable drawer"},
    {"food": "washed salad", "time": "three days", "where": "a damp towel in the drawer"},
    {"food": "soup", "time": "three days", "where": "a closed pot in the fridge"},
    {"food": "apples", "time": "four weeks", "where": "a cool and dark place"},
    {"food": "bread", "time": "three days", "where": "a paper bag, never the fridge"},
]

PARTS: list[Part] = [
    {
        "slots": _TIMES,
        "records": _DISHES,
        "weight": 4,
        "documents": [
            (
                "[The {place} holds|In the fridge there are|On {day} the fridge has] {a}, {b} and {c}."
                " [With them you can make|That is enough for] {dish}. First, {first}. Then {then}."
                " [Finally|At the end], {end}."
            ),
            (
                "Q: [I have {a}, {b} and {c}. What can I cook|What can I make with {a}, {b} and {c}]?\n"
                "A: [You can make|Make|Try] {dish}. {first}. Then {then}. [Finally|To finish], {end}."
            ),
            (
                "Q: How do I make {dish}?\nA: You need {a}, {b} and {c}. First, {first}. Then {then}."
                " [Finally|To finish], {end}."
            ),
            (
                "Q: What do I need for {dish}?\nA: [For {people} people, take|You need] {a}, {b} and {c},"
                " [and {extra}|with {extra}]. It takes about {minutes} minutes."
            ),
            (
                "For {dish}, take {a}, {b} and {c}. {first}, and {then}. [Add {extra}.|] [Wait"
                " {minutes} minutes.|] Then {end}."
            ),
            (
                "Q: Is {dish} [quick|easy] to cook?\nA: Yes, [it takes about {minutes} minutes|anyone can"
                " make it]. {first}, then {then}."
            ),
            (
                "Q: [I only have|There are only] {a} and {b} in the fridge. [What now|Any ideas]?\n"
                "A: [Buy|Find] some {c} and make {dish}. [Do not forget {extra}.|It is ready in"
                " {minutes} minutes.]"
            ),
            (
                "[On {day}|Tonight|For {people} people] we cook {dish}. The {place} still has {left}, but"
                " we only need {a}, {b} and {c}. [It is ready in {minutes} minutes.|Add {extra}.]"
            ),
        ],
    },
    {
        "slots": _TIMES,
        "records": _KEEPING,
        "weight": 2,
        "documents": [
            (
                "{food} can be kept for about {time}. [The best place is|Keep it in] {where}. [If it"
                " smells strange, throw it away.|Write the date on the box.|]"
            ),
            "Q: How long can I keep {food}?\nA: About {time}. [The best place is|Put it in] {where}.",
            (
                "Q: Where should I keep {food}?\nA: [The best place is|In] {where}. [Use it within"
                " {time}.|It keeps for about {time}.]"
            ),
            (
                "Q: [Can I still eat {food}|Is {food} still good] after {time}?\nA: [Look at it and smell"
                " it first.|Check the date first.] [If you are not sure, do not eat it.|It should keep"
                " for {time} in {where}.]"
            ),
        ],
    },
    {
        "slots": _TIMES,
        "weight": 1,
        "documents": [
            (
                "Q: What is in the fridge?\nA: [There is|I can see] {left} and some [cheese|ham|salad]."
                " [You could buy eggs on {day}.|That is enough for {people} people.]"
            ),
            (
                "The fridge is [almost empty|nearly full] on {day}. [There is|We found] {left} and a few"
                " [eggs|tomatoes|apples|potatoes]. [A soup|A salad|An omelette] is a good idea."
            ),
            (
                "Q: [How can I waste less food|How do I avoid waste]?\nA: [Look in the fridge before you"
                " shop.|Write a list before you shop.] Cook what is [old|oldest] first, and [freeze the"
                " rest|keep {left} for a soup]."
            ),
            (
                "Q: What should I buy on {day}?\nA: Buy {left}, [bread|rice|pasta] and [eggs|tomatoes|"
                "onions] for {people} people."
            ),
            (
                "Before you cook, wash your hands and [clean the table|take out the vegetables]. Taste the"
                " food [often|at the end], and add {extra} if it [is flat|needs it]."
            ),
        ],
    },
    {  # ingredients that meet by chance, so that the model learns to copy what it was given
        "slots": _TIMES
        | {
            "x": ["carrots", "leeks", "peas", "potatoes", "pumpkin", "tomatoes", "onions", "beans"],
            "y": ["cabbage", "celery", "mushrooms", "peppers", "spinach", "turnips", "zucchini"],
            "base": ["rice", "pasta", "bread", "couscous", "noodles", "eggs"],
            "way": ["soup", "salad", "stew", "curry", "gratin", "stir fry"],
        },
        "weight": 2,
        "documents": [
            "Q: I have {x} and {y}. What can I cook?\nA: Make a {way} with the {x} and the {y}. Cut the {x} first, then add the {y} and cook them for {minutes} minutes. Serve it with {base}.",
            "Q: [I have {x}, {y} and {base}. What can I cook|What can I make with {x}, {y} and {base}]?\nA: [Make|Try] a {way}. [Wash|Cut] the {x} and the {y}, cook them for {minutes} minutes and serve them with {base}. [Add {extra}.|]",
            "Q: Can I put {y} in a {way} with {x}?\nA: Yes, {y} and {x} go well together. Add {extra}, and [taste it after|wait] {minutes} minutes.",
            "The {place} holds {x}, {y} and {base}. A {way} with {x} and {y} is [quick|cheap|easy], and the {base} can wait [until {day}|for another day].",
        ],
    },
]
