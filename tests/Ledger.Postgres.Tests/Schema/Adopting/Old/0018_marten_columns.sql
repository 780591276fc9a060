-- The columns and the table that Marten's event storage has had since 9.54, and the guard around them.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- Where Marten has made them already they are taken as they are. Marten's functions are its own: it makes them when it opens the schema.

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

-- The guard, as for mt_events: an older Marten drops the columns that it does not expect, and PostgreSQL refuses to drop a column that a
-- view reads. A later migration that changes a column's type drops the view first and makes it again. The type of a stream, which Ledger
-- does not write, is left out.
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
