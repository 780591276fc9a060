-- What compactions of record stores took out of their streams stays provable: it is found by number, and read as the rows of events that it was.

create index ix_chrono_archive_seq on {ledger}.chrono_archive (seq_id);

-- The events that the seal proves: those of the log, and those that compactions moved to the archive, which does not keep what is the same for all events of
-- record stores.
create view {ledger}.provable_event as
select e.seq_id,
       e.id,
       e.stream_id,
       e.version,
       e.type,
       e."timestamp",
       e.tenant_id,
       e.mt_dotnet_type,
       e.correlation_id,
       e.causation_id,
       e.data,
       e.bdata,
       e.headers,
       false as is_compacted
from {events}.mt_events as e
union all
select a.seq_id,
       a.id,
       a.stream,
       a.version,
       a.type,
       a."timestamp",
       '*DEFAULT*'::varchar,
       'Ledger.Events.UntypedEvent, Ledger'::varchar,
       null::varchar,
       null::varchar,
       a.data,
       null::bytea,
       a.headers,
       true
from {ledger}.chrono_archive as a;
