using System.Text.Json;
using Ledger.Events;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Runs;

public sealed class KeptAnswersTests
{
    private readonly KeptAnswers _kept = new();

    [Fact]
    public async Task OfMoreThanFits_TheOldestGo()
    {
        var answers = await AnswersAsync(400_000, 400_000, 400_000, 400_000);
        foreach (var answer in answers)
        {
            _kept.Add(answer);
        }

        answers.Select(a => _kept.Take(a.Position!.Value)).ShouldBe([null, null, answers[2], answers[3]]);
        answers.ShouldAllBe(a => _kept.Take(a.Position!.Value) == null);
    }

    [Fact]
    public async Task OwnAnswer_IsKept_WhateverItsSize_UntilAnotherComes()
    {
        var answers = await AnswersAsync(100, (int)KeptAnswers.MostBytes * 2, (int)KeptAnswers.MostBytes * 2, 100);
        _kept.Add(answers[0]);
        _kept.Add(answers[1]);
        _kept.Take(answers[1].Position!.Value).ShouldBeNull();

        _kept.AddOwn(answers[2]);
        _kept.Take(answers[0].Position!.Value).ShouldBeNull();
        _kept.Take(answers[2].Position!.Value).ShouldBe(answers[2]);

        _kept.AddOwn(answers[2]);
        _kept.Add(answers[3]);
        answers.Select(a => _kept.Take(a.Position!.Value)).ShouldBe([null, null, null, answers[3]]);
    }

    private static async Task<IReadOnlyList<RecordedEvent>> AnswersAsync(params int[] lengths)
    {
        var run = Run.InMemory("kept");
        await run.AppendAsync([.. lengths.Select(l => new UntypedEvent("tool.returned", JsonSerializer.SerializeToElement(new { result = new string('a', l) })))]);
        return await run.ReadAllAsync();
    }
}
