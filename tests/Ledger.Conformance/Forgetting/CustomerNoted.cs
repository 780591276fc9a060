using System.Text.Json.Serialization;
using Ledger.Forgetting;

namespace Ledger.Conformance.Forgetting;

/// <summary>An event with personal data.</summary>
[EventType("customer.noted")]
public sealed record CustomerNoted(
    [property: JsonPropertyName("customer_id")] string CustomerId,
    [property: JsonPropertyName("mail"), PersonalData(Subject = nameof(CustomerNoted.CustomerId))] string Mail,
    [property: JsonPropertyName("age"), PersonalData(Subject = nameof(CustomerNoted.CustomerId))] int? Age,
    [property: JsonPropertyName("plan")] string Plan);

[JsonSerializable(typeof(CustomerNoted))]
public sealed partial class CustomerContext : JsonSerializerContext;
