-- The keys of subjects. $1 the subjects. A row for each that has one: the subject and its key.
select k.subject, k.key
from {ledger}.subject_key as k
where k.subject = any ($1)
  and k.key is not null
