-- Whether there are checkpoints: a row with the name of the table, or none.
select m.name
from sqlite_master as m
where m.type in ('table', 'view')
    and m.name = 'checkpoints'
