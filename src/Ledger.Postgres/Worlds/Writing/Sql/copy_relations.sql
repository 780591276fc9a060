-- Takes new relations as binary rows.
copy {ledger}.world_relation (stream, id, type, source_id, target_id, data, created_at, valid_from, removed)
from stdin (format binary)
