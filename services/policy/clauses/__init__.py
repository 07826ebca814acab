"""Which clause of 鹤民发〔2020〕43号 is where: in the papers, the code, the facts and the tests, and what is not built.

    python -m services.policy.clauses            # make docs/clauses.md anew
    python -m services.policy.clauses --check    # does it still say what is so?

Its rooms: `table` (the 83 duties, `services/policy/clauses.csv`), `parts` (what papers say), `sources` (facts, who
records them and the tests marked with a clause, read and never run), `page` (the text).
"""
