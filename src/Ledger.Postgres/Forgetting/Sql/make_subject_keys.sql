-- Makes keys for subjects that have never had one. $1 the subjects, $2 their keys.
insert into {ledger}.subject_key (subject, key, created_at)
select n.subject, n.key, now()
from unnest($1, $2) as n (subject, key)
order by n.subject collate "C"
on conflict do nothing
