using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>Events whose size is near the limit, which is one of the event and not of how it is spelled.</summary>
public sealed class LargeBodyTests : IAsyncLifetime
{
    private ExplorerHost _host = null!;

    public async Task InitializeAsync() => _host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    // Escaped, the text would have three times as many bytes.
    [Fact]
    public async Task Append_MuchTextOfAnotherScript_IsMeasuredAsItIsSent()
    {
        using var answer = await AppendAsync(new string('ж', 3_000_000));

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Append_EventThatIsTooLarge_IsRefusedWithBothSizes()
    {
        using var answer = await AppendAsync(new string('x', PayloadRules.MaxBytes));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldBe(
            "Line 1: 'data' has 16777227 bytes, and 16777216 are allowed. Keep the content elsewhere, and its address in the event.");
    }

    private async Task<HttpResponseMessage> AppendAsync(string text)
    {
        using var client = _host.CreateClient();
        using var content = new StringContent(
            "{\"events\": [{\"type\": \"note\", \"data\": {\"text\":\"" + text + "\"}}]}", Encoding.UTF8, "application/json");
        return await client.PostAsync("/ledger/api/v1/streams/run:large/events", content);
    }
}
