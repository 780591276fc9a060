using System.Text.Json;
using Ledger.Interop;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Wolverine;
using Wolverine.Tracking;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>samples/CloudEvents with each broker, whose sending is stubbed by Wolverine: there is no broker here.</summary>
public sealed class CloudEventsTests
{
    [Theory]
    [InlineData("RabbitMq", "amqp://localhost:1", "rabbitmq://exchange/ledger.events")]
    [InlineData("Kafka", "localhost:1", "kafka://topic/ledger.events")]
    public async Task Events_GoToTheBrokerAsCloudEvents(string broker, string address, string destination)
    {
        var server = await TestPostgres.SharedAsync();
        await using var database = await server.CreateDatabaseAsync();
        var builder = Brokers.CreateBuilder(["--Broker", broker, "--ConnectionStrings:Postgres", database.ConnectionString, $"--ConnectionStrings:{broker}", address]);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.DisableAllExternalWolverineTransports();
        builder.Services.ConfigureWolverine(options => options.Durability.Mode = DurabilityMode.Solo);
        using var host = builder.Build();
        await host.StartAsync();

        var run = host.Services.GetRequiredService<AgentLedger>().GetRun("kettle");
        var session = await host.TrackActivity(TimeSpan.FromMinutes(2))
            .IncludeExternalTransports()
            .WaitForCondition(new BothSent())
            .ExecuteAndWaitAsync((Func<IMessageContext, Task>)(_ => run.AppendAsync([new ObjectCreated("a", "T"), new ObjectRemoved("a")])));

        var recorded = await run.ReadAllAsync();
        var envelopes = session.Sent.Envelopes().Where(envelope => envelope.Message is LedgerEvent).ToList();
        envelopes.Select(envelope => (envelope.Destination!.ToString(), envelope.PartitionKey)).ShouldBe([(destination, "run:kettle"), (destination, "run:kettle")]);
        foreach (var (envelope, expected) in envelopes.Zip(recorded))
        {
            envelope.Serializer.ShouldBeOfType<CloudEventSerializer>().ContentType.ShouldBe(CloudEvent.MediaType);
            var body = envelope.Serializer!.Write(envelope);
            body.ShouldBe(CloudEvent.Write(expected));
            JsonElement.Parse(body).GetProperty("subject").GetString().ShouldBe("run:kettle");
        }

        await host.StopAsync();
    }

    [Theory]
    [InlineData("'Broker' must be RabbitMq or Kafka, but was 'Rabbit'.", "--Broker", "Rabbit")]
    [InlineData("The setting 'ConnectionStrings:Postgres' is missing; set ConnectionStrings__Postgres in the environment.")]
    public void Start_WithoutASetting_IsRefusedInASentence(string message, params string[] args) =>
        Should.Throw<InvalidOperationException>(() => Brokers.CreateBuilder(args)).Message.ShouldBe(message);

    private sealed class BothSent : ITrackedCondition
    {
        private int _sent;

        public void Record(EnvelopeRecord record) => _sent += record is { MessageEventType: MessageEventType.Sent, Message: LedgerEvent } ? 1 : 0;

        public bool IsCompleted() => _sent == 2;
    }
}
