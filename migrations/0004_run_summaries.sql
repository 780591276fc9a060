-- Summaries of runs and branches: how each is doing, what it is called, what it took. They follow from the events of the streams; the daemon and
-- readers write them, appends do not.

-- A row stands for the first `version` events of its stream; version 0 for none of them, after an event was rewritten. state: all that is needed to go on
-- from there; rules: the name of the application's rules that made it, empty for none; is_behind: it lacks events that a program without those rules has
-- passed; the other columns are for queries. later_status: the status from waits_until on, when what it waits for has expired. cost_usd, tokens and calls
-- are of the own events, whole_cost_usd and whole_tokens of the shared prefix too.
create table {ledger}.run_summary (
    stream varchar not null,
    version bigint not null,
    rules text not null,
    is_behind boolean not null,
    status text not null,
    later_status text not null,
    waits_for text,
    waits_until timestamptz,
    title text,
    model text,
    error text,
    labels text[] not null,
    started_at timestamptz not null,
    updated_at timestamptz not null,
    duration interval not null,
    length bigint not null,
    model_calls bigint not null,
    tool_calls bigint not null,
    failed_calls bigint not null,
    tokens bigint not null,
    whole_tokens bigint not null,
    cost_usd numeric not null,
    whole_cost_usd numeric not null,
    state jsonb not null,
    constraint pk_run_summary primary key (stream),
    constraint ck_run_summary_status check (status in ('running', 'done', 'failed', 'waiting')),
    constraint ck_run_summary_later_status check (later_status in ('running', 'done', 'failed', 'waiting')),
    constraint ck_run_summary_waits_for check (waits_for in ('approval', 'budget', 'call'))
);

create index ix_run_summary_updated_at on {ledger}.run_summary (updated_at desc, stream collate "C");

create index ix_run_summary_status on {ledger}.run_summary (status, updated_at desc, stream collate "C");

create index ix_run_summary_later_status on {ledger}.run_summary (later_status, waits_until) where waits_until is not null;

create index ix_run_summary_behind on {ledger}.run_summary (rules) where is_behind;

create index ix_run_summary_no_rules on {ledger}.run_summary (stream) where rules = '';

create index ix_run_summary_stale on {ledger}.run_summary (stream) where version = 0;

-- What the calls of a stream had cost after some of its events, about every thousandth: a branch shares a part of its parent's events.
create table {ledger}.run_mark (
    stream varchar not null,
    version bigint not null,
    totals jsonb not null,
    constraint pk_run_mark primary key (stream, version)
);

-- Up to which number of the log readers have brought the summaries up to date. One row.
create table {ledger}.run_tail (
    is_only boolean not null,
    seq bigint not null,
    constraint pk_run_tail primary key (is_only),
    constraint ck_run_tail_is_only check (is_only)
);

insert into {ledger}.run_tail (is_only, seq) values (true, 0);
