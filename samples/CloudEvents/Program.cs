using Ledger;
using Ledger.Interop;
using Ledger.Postgres;
using Ledger.Projections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Wolverine;
using Wolverine.Kafka;
using Wolverine.Postgresql;
using Wolverine.RabbitMQ;
using Wolverine.Runtime.Serialization;

// The events of a log as CloudEvents on a broker. --Broker RabbitMq or Kafka, and the addresses as connection strings Postgres, RabbitMq, Kafka.
await Brokers.CreateBuilder(args).Build().RunAsync();

public static class Brokers
{
    public static HostApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        var broker = builder.Configuration["Broker"] ?? "RabbitMq";
        if (broker is not ("RabbitMq" or "Kafka"))
        {
            throw new InvalidOperationException($"'Broker' must be RabbitMq or Kafka, but was '{broker}'.");
        }

        var dataSource = NpgsqlDataSource.Create(Needed("Postgres"));
        builder.Services.AddSingleton(dataSource)
            .AddLedger(options => options with { AutoMigrate = AutoMigrate.AtStart })
            .AddLedgerDaemon()
            .AddSingleton(provider => new Subscription("broker", new Publisher(provider.GetRequiredService<IServiceScopeFactory>()).PublishAsync));
        builder.UseWolverine(options =>
        {
            // What is published is in the outbox before the subscription goes on, so nothing is lost when the broker or the process is away.
            options.PersistMessagesWithPostgresql(dataSource, "wolverine");
            if (broker == "Kafka")
            {
                options.UseKafka(Needed("Kafka")).AutoProvision();
                options.PublishMessage<LedgerEvent>().ToKafkaTopic("ledger.events").DefaultSerializer(new CloudEventSerializer()).UseDurableOutbox();
            }
            else
            {
                options.UseRabbitMq(new Uri(Needed("RabbitMq"))).AutoProvision();
                options.PublishMessage<LedgerEvent>().ToRabbitExchange("ledger.events").DefaultSerializer(new CloudEventSerializer()).UseDurableOutbox();
            }
        });
        return builder;

        string Needed(string name) => builder.Configuration.GetConnectionString(name)
            ?? throw new InvalidOperationException($"The setting 'ConnectionStrings:{name}' is missing; set ConnectionStrings__{name} in the environment.");
    }
}

/// <summary>An event as it goes to a broker: a CloudEvent in the structured form.</summary>
public sealed record LedgerEvent(byte[] Body);

/// <summary>Hands each event of the log to Wolverine, those of a stream with one key, so that a broker with partitions keeps their order.</summary>
public sealed class Publisher(IServiceScopeFactory scopes)
{
    public async Task PublishAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
        await bus.PublishAsync(new LedgerEvent(CloudEvent.Write(recorded)), new DeliveryOptions { PartitionKey = recorded.Stream.Value });
    }
}

/// <summary>The body of a message is the CloudEvent itself.</summary>
public sealed class CloudEventSerializer : IMessageSerializer
{
    public string ContentType => CloudEvent.MediaType;

    public byte[] Write(Envelope envelope) => WriteMessage(envelope.Message!);

    public byte[] WriteMessage(object message) => ((LedgerEvent)message).Body;

    public object ReadFromData(Type messageType, Envelope envelope) => ReadFromData(envelope.Data!);

    public object ReadFromData(byte[] data) => new LedgerEvent(data);
}
