-- Takes new objects as binary rows.
copy {ledger}.world_object (stream, id, type, data, created_at, valid_from, removed)
from stdin (format binary)
