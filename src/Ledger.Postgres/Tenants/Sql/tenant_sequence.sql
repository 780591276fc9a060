-- Where a sequence is: {table} its quoted name. One row: its last value, and whether that was given.
select last_value, is_called
from {table}
