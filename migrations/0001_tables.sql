-- All tables, with their sequences, indexes, constraints, views and triggers.
-- This file is never edited again: a later change of a table is 0002_what_it_changes.sql, the next one 0003, and so on. The functions are in
-- functions/, one file each with its current text; those that a trigger calls are made before this file runs.
-- {events} is the schema of Marten's event tables, {ledger} that of Ledger's own. Both exist when this runs.

-- The log: the event tables of Marten 9 (streams named by text, one tenant, unique event ids, correlation, causation and headers).
-- Tables that Marten has made already are taken as they are, and get the columns that it adds since 9.54; `ledger migrate assert` names what
-- differs. Marten's functions are its own: it makes them when it opens the schema.

create table if not exists {events}.mt_streams (
    id varchar not null,
    type varchar,
    version bigint,
    timestamp timestamptz not null default (now()),
    created timestamptz not null default (now()),
    tenant_id varchar default '*DEFAULT*',
    compacted_version bigint not null default 0,
    is_archived bool default false,
    constraint pkey_mt_streams_id primary key (id)
);

alter table {events}.mt_streams add column if not exists compacted_version bigint not null default 0;

create table if not exists {events}.mt_events (
    seq_id bigint not null,
    id uuid not null,
    stream_id varchar,
    version bigint not null,
    data jsonb not null,
    bdata bytea,
    type varchar(500) not null,
    timestamp timestamptz not null default (now()),
    tenant_id varchar default '*DEFAULT*',
    mt_dotnet_type varchar,
    correlation_id varchar,
    causation_id varchar,
    headers jsonb,
    is_archived bool default false,
    constraint pkey_mt_events_seq_id primary key (seq_id),
    constraint fkey_mt_events_stream_id foreign key (stream_id) references {events}.mt_streams (id) on delete cascade
);

create unique index if not exists pk_mt_events_stream_and_version on {events}.mt_events (stream_id, version);

create unique index if not exists idx_mt_events_event_id on {events}.mt_events (id);

-- Writers draw seq_id from it themselves. CACHE 1, because the high-water mark reads its last value.
create sequence if not exists {events}.mt_events_sequence cache 1;

alter sequence {events}.mt_events_sequence owned by {events}.mt_events.seq_id;

create table if not exists {events}.mt_event_progression (
    name varchar not null,
    last_seq_id bigint,
    last_updated timestamptz default (transaction_timestamp()),
    mode varchar default 'none',
    rebuild_threshold integer default 0,
    assigned_node integer default 0,
    heartbeat timestamptz,
    agent_status varchar(20),
    pause_reason text,
    running_on_node integer,
    warning_behind_threshold bigint,
    critical_behind_threshold bigint,
    failure_category varchar(50),
    failure_event_sequence bigint,
    failure_event_type varchar(500),
    failure_event_tenant_id varchar(500),
    constraint pk_mt_event_progression primary key (name)
);

alter table {events}.mt_event_progression
    add column if not exists mode varchar default 'none',
    add column if not exists rebuild_threshold integer default 0,
    add column if not exists assigned_node integer default 0,
    add column if not exists heartbeat timestamptz,
    add column if not exists agent_status varchar(20),
    add column if not exists pause_reason text,
    add column if not exists running_on_node integer,
    add column if not exists warning_behind_threshold bigint,
    add column if not exists critical_behind_threshold bigint,
    add column if not exists failure_category varchar(50),
    add column if not exists failure_event_sequence bigint,
    add column if not exists failure_event_type varchar(500),
    add column if not exists failure_event_tenant_id varchar(500);

create table if not exists {events}.mt_event_projection_floors (
    name varchar not null,
    tenant_id varchar not null,
    floor bigint not null,
    last_updated timestamptz default (transaction_timestamp()),
    constraint pkey_mt_event_projection_floors_name_tenant_id primary key (name, tenant_id)
);

create table if not exists {events}.mt_high_water_skips (
    ending_sequence bigint not null,
    starting_sequence bigint not null,
    timestamp timestamptz default (transaction_timestamp()),
    constraint pkey_mt_high_water_skips_ending_sequence primary key (ending_sequence)
);

-- The events that a shard could not apply and skipped.
create table if not exists {events}.mt_doc_deadletterevent (
    id uuid not null,
    data jsonb not null,
    mt_last_modified timestamptz default (transaction_timestamp()),
    mt_version uuid not null default (md5(random()::text || clock_timestamp()::text)::uuid),
    mt_dotnet_type varchar,
    constraint pkey_mt_doc_deadletterevent_id primary key (id)
);

-- The snapshots of worlds: documents as Marten stores them, the newest of each run or branch. mt_version is the version of the stream that the
-- document stands for. Everything in it follows from the log: the table may be emptied at any time.
create table if not exists {events}.mt_doc_ledger_world (
    id varchar not null,
    data jsonb not null,
    mt_last_modified timestamptz default (transaction_timestamp()),
    mt_dotnet_type varchar,
    mt_version bigint not null default 0,
    constraint pkey_mt_doc_ledger_world_id primary key (id)
);

-- The guard. Marten with other options than Ledger's, and an older Marten, drop the columns and the index that they do not expect, without a
-- word. PostgreSQL refuses to drop a column that a view reads, and an index that a foreign key needs: Marten stops at its start, and
-- nothing is lost. A later migration that changes a column's type drops the view first and makes it again. The type of a stream, which
-- Ledger does not write, is left out.
create view {ledger}.event as
select
    seq_id,
    id,
    stream_id,
    version,
    data,
    bdata,
    type,
    timestamp,
    tenant_id,
    mt_dotnet_type,
    correlation_id,
    causation_id,
    headers,
    is_archived
from {events}.mt_events;

create view {ledger}.stream_guard as
select
    id,
    version,
    timestamp,
    created,
    tenant_id,
    compacted_version,
    is_archived
from {events}.mt_streams;

create view {ledger}.progression_guard as
select
    name,
    last_seq_id,
    last_updated,
    mode,
    rebuild_threshold,
    assigned_node,
    heartbeat,
    agent_status,
    pause_reason,
    running_on_node,
    warning_behind_threshold,
    critical_behind_threshold,
    failure_category,
    failure_event_sequence,
    failure_event_type,
    failure_event_tenant_id
from {events}.mt_event_progression;

create table {ledger}.event_id_guard (
    event_id uuid not null,
    constraint fk_event_id_guard_event_id foreign key (event_id) references {events}.mt_events (id),
    constraint ck_event_id_guard_empty check (false)
);

-- The tree of branches, and the segments of each branch's history. A stream that a lineage names, a parent and a root cannot be deleted: the
-- branch could not be read without it. A branch that nothing was forked from goes with its stream.
create table {ledger}.branch (
    stream varchar not null,
    parent varchar not null,
    root varchar not null,
    fork_position bigint not null,
    segment_stream varchar[] not null,
    segment_taken bigint[] not null,
    name text,
    created_at timestamptz not null,
    constraint pk_branch primary key (stream),
    constraint fk_branch_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade,
    constraint fk_branch_parent foreign key (parent) references {events}.mt_streams (id) on delete restrict,
    constraint fk_branch_root foreign key (root) references {events}.mt_streams (id) on delete restrict,
    constraint ck_branch_fork_position check (fork_position >= 0),
    constraint ck_branch_segments check (cardinality(segment_stream) = cardinality(segment_taken)),
    constraint ck_branch_parent check (parent <> stream),
    constraint ck_branch_root check (root <> stream)
);

-- The children of a run or branch, and the check when a stream is deleted.
create index ix_branch_parent on {ledger}.branch (parent);

create index ix_branch_root on {ledger}.branch (root);

-- The last segment of each lineage, which is what a branch adds to its parent's: one row at any depth. A stream that a lineage names
-- cannot be deleted: not the last, because of this table, and not those before, because each is that of a branch which the next
-- has as its parent, up to the root.
create table {ledger}.branch_segment (
    branch varchar not null,
    stream varchar not null,
    taken bigint not null,
    constraint pk_branch_segment primary key (branch),
    constraint fk_branch_segment_branch foreign key (branch) references {ledger}.branch (stream) on delete cascade,
    constraint fk_branch_segment_stream foreign key (stream) references {events}.mt_streams (id) on delete restrict,
    constraint ck_branch_segment_taken check (taken >= 1),
    constraint ck_branch_segment_stream check (stream <> branch)
);

-- For the check when a stream is deleted.
create index ix_branch_segment_stream on {ledger}.branch_segment (stream);

-- The lineages as rows: the prefix from the root down, without the branch's own stream; the first `taken` events of each stream,
-- ordinal from 1.
create view {ledger}.lineage as
select
    b.stream as branch,
    s.ordinal,
    s.stream,
    s.taken
from {ledger}.branch as b
cross join lateral unnest(b.segment_stream, b.segment_taken) with ordinality as s (stream, taken, ordinal);

-- How far an inline projection is in each stream: the version up to which its rows stand for the events. An inline projection is a statement
-- that runs in the transaction of an append, after the insert: it selects from pending_v2 the events that it has not applied, writes its
-- rows, and calls advance_v2. Because the events are counted from this version, one that another writer appended without the projection
-- is applied with the next.
create table {ledger}.projection_head (
    projection text not null,
    stream varchar not null,
    version bigint not null,
    constraint pk_projection_head primary key (projection, stream),
    constraint fk_projection_head_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade,
    constraint ck_projection_head_version check (version >= 0)
) with (fillfactor = 80);

-- For the check when a stream is deleted.
create index ix_projection_head_stream on {ledger}.projection_head (stream);

-- Worlds as rows: the objects and relations of each stream, written in the append's transaction and derived from the stream's events alone.
-- A stream has one row for each object that its own events created, changed or removed, updated in place; the superseded state goes to
-- the table of the past. A branch has rows only for what it changed, each the whole state; for the rest its ancestors' rows count, up to
-- the versions that it shares. Versions are those of the stream; created_at is the place in the history, which orders a world.
-- No index has a changing column, and pages keep room, so that an update stays in its page and leaves nothing to vacuum. Ids are sorted by
-- code point.

-- How far the rows of a stream are: they stand for its first `version` events.
-- fault_version: the first event that cannot be applied, or has an id longer than 500 bytes, which does not fit into an index; 0 and
-- 'ancestor' where it is an ancestor's ('inherited' where a node of an older version wrote the row, which wrote no rows then).
-- fault: unknown_object, missing_field, bad_payload, long_id, ancestor or inherited.
-- cut_version: from this event on there are no rows, because its id is too long, and the world is folded; 0 where it is an ancestor's.
create table {ledger}.world_head (
    stream varchar not null,
    version bigint not null,
    prefix bigint not null,
    budget_version bigint,
    fault_version bigint,
    fault text,
    cut_version bigint,
    constraint pk_world_head primary key (stream),
    constraint fk_world_head_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade,
    constraint ck_world_head_version check (version >= 0),
    constraint ck_world_head_fault check ((fault_version is null) = (fault is null))
) with (fillfactor = 50);

create trigger tr_world_head_deleted after delete on {ledger}.world_head
for each row execute function {ledger}.drop_world_v1();

create table {ledger}.world_object (
    stream varchar not null,
    id text collate "C" not null,
    type text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_object primary key (stream, id)
) with (fillfactor = 60);

create table {ledger}.world_object_past (
    stream varchar not null,
    id text collate "C" not null,
    type text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_object_past primary key (stream, id, valid_from)
);

create table {ledger}.world_relation (
    stream varchar not null,
    id text collate "C" not null,
    type text not null,
    source_id text not null,
    target_id text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_relation primary key (stream, id)
) with (fillfactor = 90);

create index ix_world_relation_source on {ledger}.world_relation (stream, source_id);

create index ix_world_relation_target on {ledger}.world_relation (stream, target_id);

create table {ledger}.world_relation_past (
    stream varchar not null,
    id text collate "C" not null,
    type text not null,
    source_id text not null,
    target_id text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_relation_past primary key (stream, id, valid_from)
);

create index ix_world_relation_past_source on {ledger}.world_relation_past (stream, source_id);

create index ix_world_relation_past_target on {ledger}.world_relation_past (stream, target_id);

-- The events of a stream that cannot be applied. The world goes on without them.
create table {ledger}.world_fault (
    stream varchar not null,
    version bigint not null,
    fault text not null,
    constraint pk_world_fault primary key (stream, version),
    constraint ck_world_fault_fault check (fault in ('unknown_object', 'missing_field', 'bad_payload'))
);

-- Record stores: events of a hash chain in streams chrono:{project}, and rows of the current records.
-- The effect of an event is decided where its hash is computed, in the program that writes it; the functions chrono_* write the rows that they
-- are given, in the append's transaction. None of the tables has a foreign key to its stream, so that the loss of a store's events is noticed.

-- How far a store is: the rows are those of the first `version` events of the stream, below 0 while they have to be written again; seq and hash
-- are the head of the chain, which decides where it ends. archived_to: the last event that a compaction took out of the stream.
create table {ledger}.chrono_head (
    stream varchar not null,
    version bigint not null,
    seq bigint not null,
    hash text not null,
    archived_to bigint not null,
    constraint pk_chrono_head primary key (stream)
) with (fillfactor = 50);

-- The current records. key: the SHA-256 of the id's UTF-8 bytes. text: the record as it is hashed, and spelled: with its keys in their own
-- order, null where that follows from the text; every read is answered from these two. ordinal: the order of first insertion. id, kind,
-- status and confidence are derived, for filters and for people: NUL shows as U+2400, kind and status are cut to 100 characters.
create table {ledger}.chrono_record (
    stream varchar not null,
    key bytea not null,
    ordinal bigint not null,
    seq bigint not null,
    id text not null,
    kind text not null,
    status text not null,
    confidence double precision not null,
    text text not null,
    spelled text,
    constraint pk_chrono_record primary key (stream, key),
    constraint ck_chrono_record_key check (length(key) = 32)
) with (fillfactor = 80);

create index ix_chrono_record_ordinal on {ledger}.chrono_record (stream, ordinal);

create index ix_chrono_record_kind on {ledger}.chrono_record (stream, kind, status, ordinal);

-- Which events speak of which record. applied: whether the event changed anything; one whose seq is not above those before it does not.
create table {ledger}.chrono_change (
    stream varchar not null,
    key bytea not null,
    version bigint not null,
    applied boolean not null,
    constraint pk_chrono_change primary key (stream, key, version)
);

-- Events that compactions took out of their streams, as they were.
create table {ledger}.chrono_archive (
    stream varchar not null,
    version bigint not null,
    seq_id bigint not null,
    id uuid not null,
    type varchar(500) not null,
    data jsonb not null,
    headers jsonb,
    "timestamp" timestamptz not null,
    constraint pk_chrono_archive primary key (stream, version)
);

create unique index ix_chrono_archive_id on {ledger}.chrono_archive (id);

-- What agents do, call and say: rows of the streams task:{id}, written in the append's transaction and derived from their events alone.
-- The columns are those of Agent OS, and times are Unix milliseconds; run, interrupted and the leases are Ledger's. The foreign keys are
-- deferrable for the rebuild, which goes stream by stream.
create table {ledger}.tasks (
    id text collate "C" not null,
    parent_task_id text collate "C",
    completion_status text collate "C",
    system_prompt text not null,
    created_at bigint not null,
    updated_at bigint not null,
    run text,
    constraint pk_tasks primary key (id),
    constraint fk_tasks_parent_task foreign key (parent_task_id) references {ledger}.tasks (id) deferrable,
    constraint ck_tasks_parent_task check (parent_task_id <> id)
);

create index ix_tasks_created_at on {ledger}.tasks (created_at, id);

create index ix_tasks_updated_at on {ledger}.tasks (updated_at);

create index ix_tasks_completion_status on {ledger}.tasks (completion_status, created_at, id);

-- PostgreSQL does not take "is null" for an order: without it, a page of the active tasks would sort all of them.
create index ix_tasks_active on {ledger}.tasks (created_at, id) where completion_status is null;

create index ix_tasks_parent_task_id on {ledger}.tasks (parent_task_id, created_at, id);

create index ix_tasks_run on {ledger}.tasks (run, created_at, id) where run is not null;

create table {ledger}.messages (
    id text collate "C" not null,
    task_id text collate "C" not null,
    role text not null,
    content text not null,
    "timestamp" bigint not null,
    interrupted boolean not null,
    constraint pk_messages primary key (id),
    constraint fk_messages_task foreign key (task_id) references {ledger}.tasks (id) deferrable,
    constraint ck_messages_role check (role in ('system', 'user', 'assistant'))
);

-- A look-up by the task alone uses it too.
create index ix_messages_task_timestamp on {ledger}.messages (task_id, "timestamp", id);

create index ix_messages_timestamp on {ledger}.messages ("timestamp");

create table {ledger}.calls (
    id text collate "C" not null,
    task_id text collate "C" not null,
    ability_name text not null,
    parameters text not null,
    status text not null,
    details text not null,
    created_at bigint not null,
    updated_at bigint not null,
    start_message_id text collate "C" not null,
    end_message_id text collate "C",
    constraint pk_calls primary key (id),
    constraint fk_calls_task foreign key (task_id) references {ledger}.tasks (id) deferrable,
    constraint fk_calls_start_message foreign key (start_message_id) references {ledger}.messages (id) deferrable,
    constraint fk_calls_end_message foreign key (end_message_id) references {ledger}.messages (id) deferrable,
    constraint ck_calls_status check (status in ('pending', 'in_progress', 'completed', 'failed'))
);

create index ix_calls_task_id on {ledger}.calls (task_id, created_at, id);

create index ix_calls_created_at on {ledger}.calls (created_at);

create index ix_calls_status on {ledger}.calls (status, created_at, id);

-- Which runner holds a task, and until when by the log's clock. A row may have expired; the next lease replaces it.
create table {ledger}.task_lease (
    task_id text collate "C" not null,
    lease_id uuid not null,
    runner text not null,
    expires_at timestamptz not null,
    constraint pk_task_lease primary key (task_id),
    constraint fk_task_lease_task foreign key (task_id) references {ledger}.tasks (id) deferrable
);

-- Events of tasks that another program appended without these rows, and that do not fit them. They are passed over forever, so that a
-- rebuild makes the same rows.
create table {ledger}.task_fault (
    stream varchar not null,
    version bigint not null,
    fault text not null,
    constraint pk_task_fault primary key (stream, version),
    constraint fk_task_fault_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade
);

-- How far the log is known to have its rows of tasks: up to the number seq. sighted is a later number, which replaces it when none of the
-- transactions that could still commit a number below it, the holders, is left. One row.
create table {ledger}.task_tail (
    is_only boolean not null,
    seq bigint not null,
    sighted bigint,
    holders text[] not null,
    constraint pk_task_tail primary key (is_only),
    constraint ck_task_tail_is_only check (is_only)
);

insert into {ledger}.task_tail (is_only, seq, holders) values (true, 0, '{}');

-- Asynchronous projections, subscriptions and rebuilds, besides their progress in mt_event_progression.

-- A shard, under the name of its progress. Its owner holds its advisory lock; node is the last owner. caught_up_at: when it first reached the
-- end of the log; from then on a new version of a projection answers in place of the one before.
create table {ledger}.projection_shard (
    name text not null,
    kind text not null,
    state text not null,
    node text,
    owned_since timestamptz,
    error text,
    error_sequence bigint,
    error_at timestamptz,
    caught_up_at timestamptz,
    constraint pk_projection_shard primary key (name),
    constraint ck_projection_shard_state check (state in ('running', 'paused', 'failed'))
);

-- A rebuild that is running or was interrupted. floor: the high-water mark when it began; later events are read again at the end.
create table {ledger}.projection_rebuild (
    projection text not null,
    floor bigint not null,
    events bigint not null,
    started_at timestamptz not null,
    constraint pk_projection_rebuild primary key (projection)
);

-- Its parts, each done by one connection. reached: the last stream or the last sequence number that is in the new tables.
create table {ledger}.projection_rebuild_part (
    projection text not null,
    part integer not null,
    reached text not null,
    events bigint not null,
    done boolean not null,
    constraint pk_projection_rebuild_part primary key (projection, part),
    constraint fk_projection_rebuild_part_projection
        foreign key (projection) references {ledger}.projection_rebuild (projection) on delete cascade
);

-- Requests to the nodes that run projections, because only they know the code: to rebuild, or to apply a dead letter again. A node that declares
-- the projection takes the request, and writes here how far it is.
create table {ledger}.projection_request (
    id bigint generated always as identity,
    projection text not null,
    action text not null,
    argument text,
    requested_at timestamptz not null,
    node text,
    seen_at timestamptz,
    events bigint not null,
    total bigint not null,
    cancelled boolean not null,
    finished_at timestamptz,
    error text,
    constraint pk_projection_request primary key (id),
    constraint ck_projection_request_action check (action in ('rebuild', 'resume', 'rebuild_stream', 'replay'))
);

-- What follows when another program changes or deletes events that are in the log, as Marten's masking, compaction and deletion of streams do.
-- The triggers are on update, delete and truncate alone: an append runs none of them. Archiving changes a column that none of them names.

-- The events that a transaction has rewritten, by stream, until it commits: the lowest version of each. Empty between transactions.
create table {ledger}.rewritten_event (
    transaction xid8 not null,
    stream varchar not null,
    version bigint not null,
    constraint pk_rewritten_event primary key (transaction, stream)
);

create trigger tr_mt_events_deleted after delete on {events}.mt_events
referencing old table as gone
for each statement execute function {ledger}.guard_deleted_events_v1();

create trigger tr_mt_events_rewritten after update of id, data, bdata, type, headers, "timestamp" on {events}.mt_events
for each row
when (old.id is distinct from new.id
    or old.data is distinct from new.data
    or old.bdata is distinct from new.bdata
    or old.type is distinct from new.type
    or old.headers is distinct from new.headers
    or old."timestamp" is distinct from new."timestamp")
execute function {ledger}.note_rewritten_event_v1();

-- At the end of the transaction, after tr_mt_events_rewritten has noted every event; immediately after it where constraints are immediate.
create constraint trigger tr_mt_events_rewritten_applied after update of id, data, bdata, type, headers, "timestamp" on {events}.mt_events
deferrable initially deferred
for each row
when (old.id is distinct from new.id
    or old.data is distinct from new.data
    or old.bdata is distinct from new.bdata
    or old.type is distinct from new.type
    or old.headers is distinct from new.headers
    or old."timestamp" is distinct from new."timestamp")
execute function {ledger}.apply_rewritten_events_v1();

-- Not for a stream without events, which a refused append has created and deletes again.
create trigger tr_mt_streams_deleted after delete on {events}.mt_streams
for each row
when (old.version > 0)
execute function {ledger}.forget_stream_v1();

create trigger tr_mt_streams_emptied after truncate on {events}.mt_streams
for each statement execute function {ledger}.forget_log_v1();
