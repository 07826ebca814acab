"""An analyst's file: what every household was paid, and for which months."""

KEY = "household"
TYPES = ("assistance.MonthGranted",)
COLUMNS = ("month", "amount_fen", "data")


def initial():
    return {"months": [], "fen": 0}


def evolve(state, fact):
    assert fact.data["amount_fen"] == fact.amount_fen
    state["months"].append(fact.month)
    state["fen"] += fact.amount_fen
    return state
