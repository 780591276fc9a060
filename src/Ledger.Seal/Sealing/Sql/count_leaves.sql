-- How many leaves of a part of the tree have their rows: $1 the first leaf, $2 the leaf after the last.
select count(*)
from {ledger}.seal_leaf as l
where l.leaf >= $1
  and l.leaf < $2
