using System.Text.Json;
using Ledger.Events;
using Ledger.Forgetting;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <content>What masking leaves of tags.</content>
public sealed partial class LedgerTagTests
{
    [Fact]
    public async Task Mask_ValuesOfTags_LeavesNoneOfThem()
    {
        var (run, shop) = (Runs.GetRun(_id), new StreamName($"shop:{_id}"));
        var called = new NewEvent(new ToolCalled($"kettle {_id}"));
        await run.AppendAsync([called, new NewEvent(new ToolReturned(called.Id.ToString())), new NewEvent(new LlmRequest(Model: $"m {_id}"))]);
        var order = new NewEvent(new UntypedEvent("order", JsonElement.Parse($$"""{"customer": "jane {{_id}}", "plan": "gold {{_id}}"}""")));
        await log.Native.AppendAsync(shop, ExpectedVersion.Any, [order]);
        await log.Database.TextAsync(
            "create table if not exists ledger.mt_event_tag_customer (value varchar not null, seq_id bigint not null references ledger.mt_events (seq_id), primary key (value, seq_id))");
        await log.Database.TextAsync(
            """
            with made as (
                insert into ledger.mt_event_tag_customer (value, seq_id)
                select v.value || $1, e.seq_id from ledger.mt_events as e, (values ('jane '), ('gold '), ('elsewhere ')) as v (value) where e.stream_id = 'shop:' || $1
                returning value)
            insert into ledger.mt_dcb_tag_version (tag_table, tag_value, tenant_id, version) select 'customer', value, '*DEFAULT*', 1 from made returning 'made'
            """,
            _id);
        (await VersionAsync("ledger_tool", $"kettle {_id}")).ShouldBe("1");

        await new EventMasking(log.Native).MaskAsync(MaskRequest.OfEvents([called.Id, order.Id], "asked") with { Paths = ["$.tool", "$.customer"] });

        (await log.TagsAsync(_id)).Where(tag => tag.Contains("run:", StringComparison.Ordinal)).ShouldBe([$"model m {_id} @run:{_id}:3", $"tool **** @run:{_id}:1", $"tool **** @run:{_id}:2"]);
        (await VersionAsync("ledger_tool", $"kettle {_id}")).ShouldBe("none");
        (await log.Database.TextAsync("select string_agg(value, ',' order by value) from ledger.mt_event_tag_customer where value like '%' || $1", _id))
            .ShouldBe($"elsewhere {_id},gold {_id}");
        (await VersionAsync("customer", $"jane {_id}")).ShouldBe("none");
        (await VersionAsync("customer", $"gold {_id}")).ShouldBe("1");
    }
}
