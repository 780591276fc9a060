-- How many events the log has.
select count(*) from ledger.mt_events
