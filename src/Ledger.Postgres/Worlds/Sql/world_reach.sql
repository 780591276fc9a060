-- How far the rows of a history reach: $1 the stream, $2 the position (null: the end). The row of world_reach_v1.
select length,
       reach,
       lags,
       budget_exhausted
from {ledger}.world_reach_v1($1, $2)
