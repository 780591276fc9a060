-- The columns of LangGraph's table of checkpoints, by whose types the program that made it is known. No rows.
select *
from checkpoints
where 1 = 0
