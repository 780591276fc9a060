-- Takes events as binary rows.
copy {events}.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
    correlation_id, causation_id, headers, is_archived)
from stdin (format binary)
