using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;

namespace Ledger.Cli.Tests.Approvals;

/// <summary>A call that waits for approval.</summary>
internal static class PendingCall
{
    public const string Request = """{"tool": "pay", "arguments": {"invoice": 7}}""";

    public static async Task<Guid> BeginAsync(IEventStore store, string id, AgentLedgerOptions? options = null) =>
        (await Should.ThrowAsync<ApprovalPendingException>(() => TryAsync(store, id, options))).ApprovalId;

    public static Task<CallAnswer> TryAsync(IEventStore store, string id, AgentLedgerOptions? options = null) => new AgentLedger(store, options).GetRun(id).CallAsync(
        "tool",
        JsonElement.Parse(Request),
        (_, _) => Task.FromResult(CallResponse.OfText("paid")),
        new CallOptions { Approval = ApprovalPolicy.Required });
}
