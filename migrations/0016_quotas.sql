-- What a log may have at most. With the first quota, triggers on the events and streams are made that count; without one nothing is counted.

-- A limit: kind is events, bytes (of payloads and headers as JSON) or runs (that are not archived).
create table {ledger}.quota (
    kind text not null,
    most bigint not null,
    constraint pk_quota primary key (kind),
    constraint ck_quota_kind check (kind in ('events', 'bytes', 'runs')),
    constraint ck_quota_most check (most >= 0)
);

-- What the log has, as the sum of the rows: a transaction counts in one that no other one holds. Updates find room on their page.
create table {ledger}.quota_used (
    slot uuid not null,
    events bigint not null,
    bytes bigint not null,
    runs bigint not null,
    constraint pk_quota_used primary key (slot)
) with (fillfactor = 50);
