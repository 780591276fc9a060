using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Explorer.Projections;
using Ledger.Explorer.Tests.Api;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Events that a projection could not apply are looked at, applied again or dropped.</summary>
public sealed partial class DeadLetterTests : IAsyncLifetime
{
    private volatile bool _isCorrected;
    private TestDatabase _database = null!;
    private NpgsqlDataSource _dataSource = null!;
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;
    private ProjectionDaemon _node = null!;
    private ProjectionAdmin _admin = null!;

    public async Task InitializeAsync()
    {
        _database = await ExplorerDatabase.CreateAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        _admin = new ProjectionAdmin(_dataSource);
        _host = await ExplorerHost.StartAsync(
            new PostgresEventStore(_dataSource),
            options => options with { Writing = ExplorerWriting.Allowed },
            builder => builder.Services.AddSingleton(_admin));
        _client = _host.CreateClient();
        await _host.Ledger.GetRun("r").AppendAsync([.. Enumerable.Range(0, 4).Select(i => new KitLoaded($"kit <{i}>"))]);
        _node = await DeadLetters.LeaveAsync(_dataSource, "run:r", 4, () => _isCorrected);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _node.DisposeAsync();
        await _host.DisposeAsync();
        await _dataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Page_ShowsTheFaultAndTheEvent()
    {
        var letter = (await _admin.ListDeadLettersAsync())[1];

        (await _client.GetStringAsync("/ledger/projections")).ShouldContain($"/ledger/letter?id={letter.Id}");
        var html = await _client.GetStringAsync($"/ledger/letter?id={letter.Id}");

        html.ShouldContain("The mail server answered &lt;550&gt;.");
        html.ShouldContain("kit &lt;1&gt;");
        html.ShouldContain("Retry all 4 of this projection");
    }

    [Fact]
    public async Task Page_Retried_SaysThatItFailedAgain_AndIsGoneWhenItDoesNot()
    {
        var letters = await _admin.ListDeadLettersAsync();

        using var failed = await SendAsync(letters[0], "retry");
        failed.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await failed.Content.ReadAsStringAsync()).ShouldContain("550");
        _isCorrected = true;
        using var done = await SendAsync(letters[0], "retry");
        done.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await done.Content.ReadAsStringAsync());
        (await _admin.ListDeadLettersAsync()).Select(l => l.Id).ShouldBe(letters.Skip(1).Select(l => l.Id));
        using var all = await SendAsync(letters[1], "retry-all");
        all.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await all.Content.ReadAsStringAsync());
        (await _admin.ListDeadLettersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task RetryAll_ThatFailsAgain_CountsThemAll()
    {
        using var failed = await SendAsync((await _admin.ListDeadLettersAsync())[0], "retry-all");

        failed.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await failed.Content.ReadAsStringAsync()).ShouldContain("4 dead letters of &#x27;mail&#x27; could not be applied; the last one: ");
        (await _admin.ListDeadLettersAsync()).Count.ShouldBe(4);
    }

    [Fact]
    public async Task RetryAll_ThatTakesLong_StopsAndGoesOnWhereItWas()
    {
        await using var slow = await ExplorerHost.StartAsync(
            _host.Ledger.Store,
            options => options with { Writing = ExplorerWriting.Allowed },
            builder => builder.Services.AddSingleton(_admin).AddSingleton<TimeProvider>(new LeapingTime()));
        _client = slow.CreateClient();
        var letters = await _admin.ListDeadLettersAsync();

        using var failed = await SendAsync(letters[0], "retry-all");
        failed.StatusCode.ShouldBe(HttpStatusCode.OK, await failed.Content.ReadAsStringAsync());
        var html = await failed.Content.ReadAsStringAsync();
        html.ShouldContain("0 dead letters were applied. 3 are left");
        html.ShouldContain("1 dead letter could not be applied, and stays.");
        html.ShouldContain($"<input type=\"hidden\" name=\"after\" value=\"{letters[0].Sequence}\" />");
        _isCorrected = true;
        using var going = await SendAsync(letters[0], "retry-all", ("projection", "mail"), ("after", letters[0].Sequence.ToString()));
        (await going.Content.ReadAsStringAsync()).ShouldContain("Go on with 2 dead letters</button>");
        (await _admin.ListDeadLettersAsync()).Select(l => l.Id).ShouldBe([letters[0].Id, letters[2].Id, letters[3].Id]);
        using var last = await SendAsync(letters[0], "retry-all", ("projection", "mail"), ("after", letters[2].Sequence.ToString()));
        last.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using var wrong = await SendAsync(letters[0], "retry-all", ("projection", "mail"), ("after", "-1"));
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        slow.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task RetryAll_OfMany_TriesSomeInARequest()
    {
        var letters = Enumerable.Range(1, 1_000)
            .Select(i => new DeadLetter(Guid.NewGuid(), "mail", new SequenceNumber(i), default, null, default, "", "")).ToList();
        var replayed = new List<DeadLetter>();

        var (tried, failures) = await LetterRetries.TryAsync(
            letters,
            letter =>
            {
                replayed.Add(letter);
                return Task.CompletedTask;
            },
            TimeProvider.System);

        (tried, failures.Count).ShouldBe((LetterRetries.Most, 0));
        replayed.ShouldBe(letters.Take(LetterRetries.Most));
    }

    [Fact]
    public async Task Page_Dropped_NeedsAReason()
    {
        var letter = (await _admin.ListDeadLettersAsync())[2];

        using var refused = await SendAsync(letter, "drop", ("reason", " "));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var done = await SendAsync(letter, "drop", ("reason", "The mailbox is gone."));
        done.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await _admin.ListDeadLettersAsync()).ShouldNotContain(l => l.Id == letter.Id);
        using var gone = await _client.GetAsync($"/ledger/letter?id={letter.Id}");
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Api_RetriesAndDrops()
    {
        var letters = await _client.GetFromJsonAsync<JsonElement>("/ledger/api/v1/dead-letters?projection=mail");
        var ids = letters.GetProperty("dead_letters").EnumerateArray().Select(l => l.GetProperty("id").GetString()).ToList();
        _isCorrected = true;

        using var retried = await _client.PostAsJsonAsync($"/ledger/api/v1/dead-letters/{ids[0]}/retry", new { });
        using var dropped = await _client.PostAsJsonAsync($"/ledger/api/v1/dead-letters/{ids[1]}/drop", new { reason = "Not needed." });
        using var again = await _client.PostAsJsonAsync($"/ledger/api/v1/dead-letters/{ids[1]}/drop", new { reason = "Not needed." });
        using var without = await _client.PostAsJsonAsync($"/ledger/api/v1/dead-letters/{ids[2]}/drop", new { });

        retried.StatusCode.ShouldBe(HttpStatusCode.OK, await retried.Content.ReadAsStringAsync());
        dropped.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        without.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _admin.ListDeadLettersAsync()).Select(l => l.Id.ToString()).ShouldBe(ids.Skip(2));
    }

    [Fact]
    public async Task Chosen_AreRetriedAndDroppedTogether()
    {
        var letters = await _admin.ListDeadLettersAsync();

        using var none = await SendAsync(letters[0], "retry-chosen");
        none.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var failed = await SendAsync(letters[0], "retry-chosen", ("letter", $"{letters[0].Id}"), ("letter", $"{letters[2].Id}"));
        failed.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await failed.Content.ReadAsStringAsync()).ShouldContain("0 dead letters were applied, 2 could not be, and 0 were not tried.");
        using var unexplained = await SendAsync(letters[0], "drop-chosen", ("letter", $"{letters[0].Id}"));
        unexplained.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _isCorrected = true;
        using var applied = await SendAsync(letters[0], "retry-chosen", ("letter", $"{letters[0].Id}"), ("letter", $"{letters[2].Id}"));
        applied.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await applied.Content.ReadAsStringAsync());
        (await _admin.ListDeadLettersAsync()).Select(l => l.Id).ShouldBe([letters[1].Id, letters[3].Id]);

        using var retried = await _client.PostAsJsonAsync("/ledger/api/v1/dead-letters/retry", new { letters = new[] { letters[0].Id, letters[1].Id } });
        (await retried.Content.ReadAsStringAsync()).ShouldBe("""{"replayed_count":1,"failed_count":0,"left_count":0}""");
        using var dropped = await _client.PostAsJsonAsync("/ledger/api/v1/dead-letters/drop", new { letters = new[] { letters[3].Id }, reason = "Not needed." });
        (await dropped.Content.ReadAsStringAsync()).ShouldBe("""{"dropped_count":1}""");
        (await _admin.ListDeadLettersAsync()).ShouldBeEmpty();
    }

    private async Task<HttpResponseMessage> SendAsync(DeadLetter letter, string act, params (string Name, string Value)[] more)
    {
        using var page = await _client.GetAsync($"/ledger/letter?id={letter.Id}");
        var fields = Hidden().Matches(await page.Content.ReadAsStringAsync()).Take(3)
            .Select(field => (field.Groups["name"].Value, WebUtility.HtmlDecode(field.Groups["value"].Value)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ledger/letter")
        {
            Content = new FormUrlEncodedContent(fields.Append(("act", act)).Concat(more).Select(f => KeyValuePair.Create(f.Item1, f.Item2))),
        };
        request.Headers.Add("Cookie", page.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        return await _client.SendAsync(request);
    }

    /// <summary>A clock on which half a minute passes between two looks.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        private long _ticks = new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero).Ticks;

        public override DateTimeOffset GetUtcNow() => new(Interlocked.Add(ref _ticks, 30 * TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]+)" """)]
    private static partial Regex Hidden();
}
