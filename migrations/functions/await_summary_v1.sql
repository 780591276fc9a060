-- Has the summary of a run or branch written by the next reader or by the daemon: one that stands for no event is.
--   p_stream  the run or branch
-- Result: none.
create or replace function {ledger}.await_summary_v1(p_stream text)
returns void
language sql
volatile
as $function$
    insert into {ledger}.run_summary as r (
        stream, version, rules, is_behind, status, later_status, labels, started_at, updated_at, duration, length, model_calls, tool_calls, failed_calls, tokens,
        whole_tokens, cost_usd, whole_cost_usd, state)
    select t.id, 0, '', false, 'running', 'running', '{}', t.created, t."timestamp", '0', 0, 0, 0, 0, 0, 0, 0, 0, '{}'
    from {events}.mt_streams as t
    where t.id = p_stream
    on conflict ({tenant_key}stream) do update set version = 0, labels = '{}', state = '{}'
$function$;
