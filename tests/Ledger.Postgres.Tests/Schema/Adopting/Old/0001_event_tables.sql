-- The log: the event tables of Marten 9 (streams named by text, one tenant, unique event ids, correlation, causation and
-- headers), and a guard around them.
-- {events} is the schema of these tables, {ledger} that of Ledger's own. Both exist when this runs.
-- Where Marten has made the tables already they are taken as they are; `ledger migrate assert` names what differs.

create table if not exists {events}.mt_streams (
    id varchar not null,
    type varchar,
    version bigint,
    timestamp timestamptz not null default (now()),
    created timestamptz not null default (now()),
    tenant_id varchar default '*DEFAULT*',
    is_archived bool default false,
    constraint pkey_mt_streams_id primary key (id)
);

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
    constraint pk_mt_event_progression primary key (name)
);

create table if not exists {events}.mt_high_water_skips (
    ending_sequence bigint not null,
    starting_sequence bigint not null,
    timestamp timestamptz default (transaction_timestamp()),
    constraint pkey_mt_high_water_skips_ending_sequence primary key (ending_sequence)
);

-- The guard. Marten with other options than Ledger's drops the columns and the index that it does not expect, without a word.
-- PostgreSQL refuses to drop a column that a view reads, and an index that a foreign key needs: Marten stops at its start, and
-- nothing is lost. A later migration that changes a column's type drops the view first and makes it again.
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

create table {ledger}.event_id_guard (
    event_id uuid not null,
    constraint fk_event_id_guard_event_id foreign key (event_id) references {events}.mt_events (id),
    constraint ck_event_id_guard_empty check (false)
);
