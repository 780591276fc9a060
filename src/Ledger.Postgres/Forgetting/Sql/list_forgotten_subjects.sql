-- The subjects whose key was destroyed, at most 1,000, in code point order. $1 the one before the first. A row for each: the subject and when it was forgotten.
select k.subject, k.forgotten_at
from {ledger}.subject_key as k
where k.forgotten_at is not null
  and k.subject > $1
order by k.subject
limit 1000
