-- Takes past states of objects as binary rows.
copy {ledger}.world_object_past (stream, id, type, data, created_at, valid_from, removed)
from stdin (format binary)
