using System.Net;
using System.Text;
using Ledger.Interop;
using Ledger.Runs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Samples;

public sealed class Runners
{
    [Fact]
    public async Task Webhook_RegisteredInALine_IsAsked()
    {
        const string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        using var receiver = new Receiver();
        using var client = new HttpClient(receiver);
        await using var host = await ExplorerHost.StartAsync(new MemoryEventStore(), options => options with { Writing = ExplorerWriting.Allowed }, builder =>
        {
            // sample: runner
            builder.Services.AddSingleton<IRunRunner>(new WebhookRunner(client, new Uri("https://example.org/run"), new WebhookSignature(secret)));
            // end of sample
        });
        await host.Ledger.StartRunAsync("first");

        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await host.CreateClient().PostAsync("/ledger/api/v1/streams/run:first/continuations", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        receiver.Addresses.ShouldBe(["https://example.org/run"]);
    }

    private sealed class Receiver : HttpMessageHandler
    {
        public List<string> Addresses { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Addresses.Add(request.RequestUri!.ToString());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Accepted));
        }
    }
}
