"""The ledgers (台账) of a domain's cases: what was decided, in time or late, alone or as a family, deducted, phased out.

Its rooms: `marks` (the view: a row for whatever counts, by the day it was so), `figures` (by township and month),
`cases` (a line a case, and who is being phased out), `tables` (CSV and Excel), `report` (a month as submitted),
`answers` and `api`.
"""
