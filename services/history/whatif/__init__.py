"""The history decided again under other papers: who gains, who loses, what it costs, which row moved whom.

    answer = whatif(log, keys, papers, date(2020, 9, 1), date(2021, 12, 1))

It reads and records nothing; only a look at names is recorded, by whoever shows them. Facts are those on which the
deciders decided (`facts`), laid out once as columns (`laying`). Each programme's months are walked over all cases at once
(`walking`), each month decided in SQL (`deciding`) three times: by the papers in force, by the others with months of their
own (what was granted before follows from them, and whom dibao and tekun help: `aid`), and by the others with the months of the
log (`static`). What is paid once is decided when all months are (`once`). `running` puts it together; `asking` and `api`
over HTTP.
"""
