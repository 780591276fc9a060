-- Brings the tables of the migrations 0001_event_tables to 0017_pages_by_index, or to a later one up to 0021_same_id_same_event, to those that
-- 0001_tables makes: what the migrations 0018 to 0021 changed in the tables. Each statement does nothing where its change is there already.
-- The migrator runs it once, and then records 0001_tables in place of those migrations. The functions that it drops are those that no part of
-- Ledger calls any more; all others get their current text from functions/.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.

-- What Marten's event storage has had since 9.54.
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

-- Marten puts the column before the last one. That order can be had where the table is empty and nothing else depends on the last column; on
-- a table with streams the new one is the last, as when Marten adds it.
lock table {events}.mt_streams in access exclusive mode;

do $order$
declare
    streams constant oid := to_regclass(quote_ident({events_text}) || '.mt_streams');
begin
    if not exists (select from {events}.mt_streams)
        and not exists (
            select
            from pg_catalog.pg_attribute as a
            where a.attrelid = streams
              and a.attname = 'compacted_version'
              and not a.attisdropped)
        and not exists (
            select
            from pg_catalog.pg_attribute as a
            join pg_catalog.pg_depend as d
                on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum
            where a.attrelid = streams
              and a.attname = 'is_archived'
              and d.classid <> 'pg_catalog.pg_attrdef'::regclass)
    then
        alter table {events}.mt_streams drop column is_archived;
        alter table {events}.mt_streams
            add column compacted_version bigint not null default 0,
            add column is_archived bool default false;
    end if;
end
$order$;

alter table {events}.mt_streams add column if not exists compacted_version bigint not null default 0;

create or replace view {ledger}.stream_guard as
select
    id,
    version,
    timestamp,
    created,
    tenant_id,
    compacted_version,
    is_archived
from {events}.mt_streams;

create or replace view {ledger}.progression_guard as
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

-- What follows when another program changes or deletes events.
create table if not exists {ledger}.rewritten_event (
    transaction xid8 not null,
    stream varchar not null,
    version bigint not null,
    constraint pk_rewritten_event primary key (transaction, stream)
);

drop trigger if exists tr_mt_events_deleted on {events}.mt_events;
create trigger tr_mt_events_deleted after delete on {events}.mt_events
referencing old table as gone
for each statement execute function {ledger}.guard_deleted_events_v1();

drop trigger if exists tr_mt_events_rewritten on {events}.mt_events;
create trigger tr_mt_events_rewritten after update of id, data, bdata, type, headers, "timestamp" on {events}.mt_events
for each row
when (old.id is distinct from new.id
    or old.data is distinct from new.data
    or old.bdata is distinct from new.bdata
    or old.type is distinct from new.type
    or old.headers is distinct from new.headers
    or old."timestamp" is distinct from new."timestamp")
execute function {ledger}.note_rewritten_event_v1();

drop trigger if exists tr_mt_events_rewritten_applied on {events}.mt_events;
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

drop trigger if exists tr_mt_streams_deleted on {events}.mt_streams;
create trigger tr_mt_streams_deleted after delete on {events}.mt_streams
for each row
when (old.version > 0)
execute function {ledger}.forget_stream_v1();

drop trigger if exists tr_mt_streams_emptied on {events}.mt_streams;
create trigger tr_mt_streams_emptied after truncate on {events}.mt_streams
for each statement execute function {ledger}.forget_log_v1();

-- A world goes on after an event that cannot be applied. Rows that stopped there are continued by the next append or read.
alter table {ledger}.world_head add column if not exists cut_version bigint;

create table if not exists {ledger}.world_fault (
    stream varchar not null,
    version bigint not null,
    fault text not null,
    constraint pk_world_fault primary key (stream, version),
    constraint ck_world_fault_fault check (fault in ('unknown_object', 'missing_field', 'bad_payload'))
);

drop function if exists {ledger}.append_event_v1(text, bigint, uuid, text, text, jsonb, jsonb, text, text, boolean, text[]);

drop function if exists {ledger}.append_one_v1(text, bigint, uuid[], text[], text[], jsonb[], jsonb[], text[], text[], text[]);

drop function if exists {ledger}.append_v2(
    text[], integer[], integer[], bigint[], integer[], text[], uuid[], text[], text[], jsonb[], jsonb[], text[], text[], boolean, text[]);

drop function if exists {ledger}.pending_v1(text);

drop function if exists {ledger}.advance_v1(text);

drop function if exists {ledger}.rewrite_world_v1(text[]);

drop function if exists {ledger}.world_catch_up_v1(text, bigint);

drop function if exists {ledger}.world_reach_v1(text, bigint);

drop function if exists {ledger}.project_world_v1(text[], bigint);

drop function if exists {ledger}.fold_world_v1(text[], bigint);
