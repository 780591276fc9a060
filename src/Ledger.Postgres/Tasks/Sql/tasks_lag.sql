-- Whether rows are missing of a task, or of any ($1 null), and whether they can be written here. One row.
select g.lags,
       g.can_catch_up
from {ledger}.tasks_lag_v1($1) as g
