-- Takes the columns that an append writes.
copy ledger.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, is_archived)
from stdin (format binary)
