using System.Data.Common;
using Ledger.Log;
using Marten;
using Marten.Services.Json.Transformations;

namespace Ledger.Marten.Serialization;

/// <summary>An upcast of the registry as Marten knows upcasters: events of an old name are read as the type of the newest one.</summary>
internal sealed class RegistryUpcaster(EventRegistry registry, string name, Type type) : IEventUpcaster
{
    public string EventTypeName => name;

    public Type EventType => type;

    public object FromDbDataReader(ISerializer serializer, DbDataReader dbDataReader, int index) =>
        EventMappings.Read(registry, name, type, dbDataReader, index);

    public ValueTask<object> FromDbDataReaderAsync(
        ISerializer serializer, DbDataReader dbDataReader, int index, CancellationToken cancellationToken) =>
        new(EventMappings.Read(registry, name, type, dbDataReader, index));
}
