using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>A call that was made is never made again because its answer cannot be stored: the caller gets the answer, the log what can be kept of it.</summary>
public abstract class UnstorableAnswerTests(ITestEngine engine) : EventStoreTests(engine)
{
    private const string Half = "\ud83e";

    private int _calls;

    [Theory]
    [InlineData("llm", """{"text":"a\u0000b"}""", """{"text":"a�b"}""", "/text", AnswerChangeKind.Replaced, """
        "a\u0000b"
        """)]
    [InlineData("llm", "\"a\\ud83eb\"", """{"text":"a�b"}""", "", AnswerChangeKind.Replaced, "\"a\\ud83eb\"")]
    [InlineData("tool", """["ok",{"k\u0000":1}]""", """["ok",{"k�":1}]""", "/1/k�", AnswerChangeKind.Replaced, "k\\u0000")]
    [InlineData("tool", """{"n":1e200000}""", """{"n":"1e200000"}""", "/n", AnswerChangeKind.AsText, "1e200000")]
    [InlineData("weather", """[1e-20000]""", """["1e-20000"]""", "/0", AnswerChangeKind.AsText, "1e-20000")]
    public async Task CallOnce_AnswerCannotBeStored_IsReturnedAndRecordedInAnotherForm(
        string kind, string answer, string stored, string path, AnswerChangeKind change, string part)
    {
        var run = Runs.GetRun(NewId());

        var first = await run.CallOnceAsync(kind, "1", Answering(JsonElement.Parse(answer), cost: null));
        var again = await Runs.GetRun(run.Id).CallOnceAsync(kind, "1", Answering(JsonElement.Parse("0"), cost: null));

        _calls.ShouldBe(1);
        (first.IsFromLog, again.IsFromLog, again.ResponseId).ShouldBe((false, true, first.ResponseId));
        Raw(first.Response).ShouldContain(answer.Trim('{', '}'));
        Json.JsonEquality.Instance.Equals(again.Response, JsonElement.Parse(stored)).ShouldBeTrue($"{again.Response}");
        foreach (var altered in new[] { first.Altered, again.Altered })
        {
            altered.ShouldNotBeNull();
            (altered.Bytes, altered.Sha256, altered.ChangeCount).ShouldBe((Encoding.UTF8.GetByteCount(answer), HashOf(answer), 1));
            altered.Changes.ShouldBe([new AnswerChange(path, change, part.Length, HashOf(part))]);
        }

        var recorded = (await run.ReadAllAsync()).Single(e => e.Id == first.ResponseId);
        recorded.Metadata.Headers["response_altered"].GetProperty("sha256").GetString().ShouldBe(HashOf(answer));
    }

    [Theory]
    [InlineData("a{nul}b", "a�b")]
    [InlineData("a{half}b", "a�b")]
    [InlineData("{half}", "�")]
    public async Task CallOnce_TextCannotBeStored_IsReturnedAsItIsAndItsCostIsCounted(string spelled, string stored)
    {
        // What an attribute holds is UTF-8, which has no halves.
        var text = spelled.Replace("{nul}", "\0", StringComparison.Ordinal).Replace("{half}", Half, StringComparison.Ordinal);
        var run = Runs.GetRun(NewId());

        var first = await run.CallOnceAsync("llm", "1", _ => Task.FromResult(CallResponse.OfText(text) with { CostUsd = 0.5m, OutputTokens = 3 }));
        var again = await run.CallOnceAsync("llm", "1", _ => throw new InvalidOperationException("The call was made."));

        (first.Text, again.Text).ShouldBe((text, stored));
        (first.Cost, again.Cost).ShouldBe((new CallCost(0.5m, null, 3), first.Cost));
        first.Response.GetProperty("cost_usd").GetDecimal().ShouldBe(0.5m);
        (await run.GetUsageAsync()).Whole.ShouldBe(new CallTotals(1, 0, 1, 0.5m, 0.5m, 3, 3));
    }

    [Fact]
    public async Task CallOnce_AnswerTooLarge_IsReturnedWholeAndRecordedCut()
    {
        var run = Runs.GetRun(NewId());
        var (large, small) = (new string('x', 17_000_000), new string('y', 100_000));
        var answer = JsonSerializer.SerializeToElement(new { large, small, n = 7 });

        var first = await run.CallOnceAsync("tool", "1", Answering(answer, cost: 1m));
        var again = await run.CallOnceAsync("tool", "1", Answering(answer, cost: 1m));

        _calls.ShouldBe(1);
        first.Response.GetProperty("large").GetString()!.Length.ShouldBe(17_000_000);
        var kept = again.Response.GetProperty("large").GetString()!;
        kept.Length.ShouldBeInRange(16_000_000, PayloadRules.MaxBytes);
        kept.ShouldEndWith($"… [cut here: 17000002 bytes, SHA-256 {HashOf($"\"{large}\"")}]");
        again.Response.GetProperty("small").GetString().ShouldBe(small);
        again.Response.GetProperty("n").GetInt32().ShouldBe(7);
        again.Altered!.Changes.ShouldBe([new AnswerChange("/large", AnswerChangeKind.Cut, 17_000_002, HashOf($"\"{large}\""))]);
    }

    [Fact]
    public async Task CallOnce_AnswerOfVeryManyParts_KeepsItsBeginningAsText()
    {
        var run = Runs.GetRun(NewId());
        var answer = JsonElement.Parse($"[{string.Join(',', Enumerable.Repeat(new string('1', 89), 200_000))}]");

        var first = await run.CallOnceAsync("weather", "1", Answering(answer, cost: null));
        var again = await run.CallOnceAsync("weather", "1", Answering(answer, cost: null));

        _calls.ShouldBe(1);
        first.Response.GetArrayLength().ShouldBe(200_000);
        again.Response.GetString()!.ShouldStartWith("[1111");
        again.Altered!.Changes.ShouldBe([new AnswerChange("", AnswerChangeKind.Cut, 18_000_001, again.Altered.Sha256)]);
    }

    [Fact]
    public async Task CallOnce_AnswerTooDeep_KeepsTheDeepestAsText()
    {
        var run = Runs.GetRun(NewId());
        var answer = JsonDocument.Parse(
            new string('[', 700) + "\"\\u0000\"" + new string(']', 700), new JsonDocumentOptions { MaxDepth = 1_000 }).RootElement;

        var first = await run.CallOnceAsync("llm", "1", Answering(answer, cost: 1m));
        var again = await run.CallOnceAsync("llm", "1", Answering(answer, cost: 1m));

        _calls.ShouldBe(1);
        Raw(first.Response).ShouldContain(new string('[', 700));
        Raw(again.Response).ShouldContain("[[[[\\\"\\\\u0000\\\"]]]]");
        again.Altered!.Changes.ShouldHaveSingleItem().Kind.ShouldBe(AnswerChangeKind.AsText);
    }

    [Fact]
    public async Task CallOnce_FailsWithTextThatCannotBeStored_IsRecorded()
    {
        var run = Runs.GetRun(NewId());
        var message = "no\0 " + Half + " " + new string('z', 20_000);

        (await Should.ThrowAsync<TimeoutException>(() => run.CallOnceAsync("llm", "1", _ => throw new TimeoutException(message)))).Message.ShouldBe(message);

        var failed = (CallFailed)(await run.ReadAllAsync())[1].Data;
        failed.Error.ShouldStartWith("TimeoutException: no� � zzz");
        failed.Error.ShouldContain("… [cut here: ");
        failed.Error.Length.ShouldBeInRange(16_000, 16_384);
    }

    private Func<CancellationToken, Task<CallResponse>> Answering(JsonElement answer, decimal? cost) => _ =>
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(new CallResponse(answer) { CostUsd = cost });
    };

    private static string Raw(JsonElement element) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element));

    private static string HashOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}
