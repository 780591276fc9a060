-- The runs that ask for approval, or have begun a call, are found by an index, however many others there are. Their states name the requests and calls
-- already, and appends do not write them.
create index ix_run_summary_pending on {ledger}.run_summary (stream)
    where jsonb_array_length(state -> 'asked') > 0 or jsonb_array_length(state -> 'open') > 0;
