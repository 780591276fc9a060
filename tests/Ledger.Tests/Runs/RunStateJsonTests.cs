using System.Reflection;
using System.Text.Json;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Runs;

/// <summary>States are written by generated code, and read by hand.</summary>
public sealed class RunStateJsonTests
{
    private static readonly RunningTotals Totals = new(new CallTotals(1, 2, 3, 4.5m, 6.75m, 8, 9), new RecordingTotals("run:a", 0.125m, 10));

    private static readonly RunState Full = new()
    {
        Version = 1,
        StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        UpdatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero),
        OccurredFrom = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero),
        OccurredUntil = new DateTimeOffset(2025, 1, 2, 3, 5, 6, 7, TimeSpan.Zero),
        PrefixLength = 2,
        Prefix = Totals,
        Own = Totals with { Ended = null },
        Outcome = RunStatus.Failed,
        IsStated = true,
        Error = "broken",
        Title = "title",
        Question = "what?",
        IsNamed = true,
        Model = "m",
        Labels = ["a", "b"],
        ModelCalls = 3,
        ToolCalls = 4,
        WaitsForBudget = true,
        Open = [new BegunCall(new OpenCall(Guid.NewGuid(), "llm", "owner", DateTimeOffset.UnixEpoch, IsUnknown: true), "o") { IsReserved = true, IsRepeated = true }],
        Asked = [new AskedApproval(Guid.NewGuid(), "tool", "hash", DateTimeOffset.UnixEpoch), new AskedApproval(Guid.NewGuid(), "tool", "hash", null)],
    };

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        // A member that is added to the state has to be read, and is to be here.
        typeof(RunState).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(member => Equals(member.GetValue(Full), member.PropertyType.IsValueType ? Activator.CreateInstance(member.PropertyType) : null))
            .ShouldBeEmpty();
        foreach (var state in (RunState[])[Full, new RunState()])
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(state, RunStateContext.Default.RunState);

            JsonSerializer.Serialize(RunStateJson.Read(json), RunStateContext.Default.RunState).ShouldBe(JsonSerializer.Serialize(state, RunStateContext.Default.RunState));
        }

        foreach (var totals in (RunningTotals[])[Totals, RunningTotals.None])
        {
            RunStateJson.ReadTotals(JsonSerializer.SerializeToUtf8Bytes(totals, RunStateContext.Default.RunningTotals)).ShouldBe(totals);
        }
    }
}
