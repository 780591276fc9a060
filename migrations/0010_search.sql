-- The index of the search across all streams, and what lists of runs are sorted by. A shard of the daemon writes the index after the events; no append does.

-- A row for each event that is indexed, by its number in the log. keys: what the event has, as search_keys_v1 names it: the groups of three letters and digits
-- in its data, its type, its actor, a called tool, objects; null for an event that was rewritten since, which is looked at itself until the daemon has written its keys again.
-- Empty for a number that was given up waiting for, whose event may appear yet.
-- Up to which number events are indexed is the progress of the shard, in mt_event_progression.
create table {ledger}.search_entry (
    seq bigint not null,
    keys smallint[],
    constraint pk_search_entry primary key (seq)
);

create index ix_search_entry_keys on {ledger}.search_entry using gin (keys);

create index ix_search_entry_rewritten on {ledger}.search_entry (seq) where keys is null or keys = '{}';

-- Statistics of arrays with hundreds of members cost more than they tell.
alter table {ledger}.search_entry alter column keys set statistics 0;

-- On update, delete and truncate alone: an append runs none of them.
create trigger tr_mt_events_reworded after update of id, data, bdata, type, headers on {events}.mt_events
for each row
when (old.data is distinct from new.data
    or old.type is distinct from new.type
    or old.headers is distinct from new.headers)
execute function {ledger}.unindex_search_v1();

create trigger tr_mt_events_unindexed after delete on {events}.mt_events
referencing old table as gone
for each statement execute function {ledger}.unindex_search_v1();

create trigger tr_mt_events_emptied after truncate on {events}.mt_events
for each statement execute function {ledger}.unindex_search_v1();

-- What lists of runs are sorted by, besides their last activity.
create index ix_run_summary_started_at on {ledger}.run_summary (started_at desc, stream collate "C");

create index ix_run_summary_duration on {ledger}.run_summary (duration desc, stream collate "C");

create index ix_run_summary_length on {ledger}.run_summary (length desc, stream collate "C");

create index ix_run_summary_cost_usd on {ledger}.run_summary (cost_usd desc, stream collate "C");

create index ix_run_summary_tokens on {ledger}.run_summary (tokens desc, stream collate "C");

-- keys: what a text, a model or a label is looked up by, as in search_entry; null for a row that an earlier program wrote, which is looked at itself.
alter table {ledger}.run_summary add column keys smallint[];

alter table {ledger}.run_summary alter column keys set statistics 0;

create index ix_run_summary_keys on {ledger}.run_summary using gin (keys);

create index ix_run_summary_unkeyed on {ledger}.run_summary (stream) where keys is null;

create trigger tr_run_summary_reworded before update on {ledger}.run_summary
for each row
when (new.keys is not distinct from old.keys
    and (new.title is distinct from old.title
        or new.error is distinct from old.error
        or new.model is distinct from old.model
        or new.labels is distinct from old.labels))
execute function {ledger}.unkey_run_v1();
