-- Takes events as binary rows; the columns that are known last come first.
copy {events}.mt_events (
    seq_id, version, "timestamp", id, stream_id, data, type, tenant_id, mt_dotnet_type,
    correlation_id, causation_id, headers, is_archived)
from stdin (format binary)
