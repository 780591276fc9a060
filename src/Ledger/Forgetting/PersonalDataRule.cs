using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Ledger.Log;

namespace Ledger.Forgetting;

/// <summary>Where the events of one name have personal data, and where they say whose they are.</summary>
/// <remarks>
/// A path is <c>$</c> and its steps: members as <c>.name</c> or <c>['name']</c>, items as <c>[0]</c>, any of them as <c>.*</c> or <c>[*]</c>, at any depth as <c>..name</c>. In events of
/// record stores (<c>chrono.event</c>, <c>chrono.record</c>) a path begins at the event as chronomemory writes it, such as <c>$.record.data.email</c>. A path that begins with
/// <c>$headers</c> leads to a header of the application, or to the actor: <c>$headers.client_ip</c>. Headers are masked, and not encrypted.
/// </remarks>
public sealed record PersonalDataRule
{
    /// <summary>Checks and takes a rule.</summary>
    /// <param name="eventType">The name of the events.</param>
    /// <param name="path">Where the personal data are.</param>
    /// <param name="subject">Where the text or number is that says whose they are. An event with several is masked for each of them, and encrypted for the first.</param>
    /// <exception cref="ArgumentException">One of the three is not valid.</exception>
    public PersonalDataRule(string eventType, string path, string subject)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventType);
        EventType = eventType;
        (Data, SubjectPath) = (JsonPath.Parse(path), JsonPath.Parse(subject));
    }

    /// <summary>The name of the events.</summary>
    public string EventType { get; }

    /// <summary>Where the personal data are.</summary>
    public string Path => Data.Text;

    /// <summary>Where the events say whose they are.</summary>
    public string Subject => SubjectPath.Text;

    internal JsonPath Data { get; }

    internal JsonPath SubjectPath { get; }

    internal bool IsOfHeaders => Data.IsOfHeaders || SubjectPath.IsOfHeaders;

    /// <summary>The rules that follow from the attributes of registered event types.</summary>
    /// <exception cref="ArgumentException">An attribute names a member that its type does not have.</exception>
    public static IReadOnlyList<PersonalDataRule> Of(EventRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return [.. registry.Entries.OrderBy(entry => entry.Name, StringComparer.Ordinal).SelectMany(Of)];
    }

    /// <inheritdoc/>
    public bool Equals(PersonalDataRule? other) => other is not null && (EventType, Path, Subject) == (other.EventType, other.Path, other.Subject);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EventType, Path, Subject);

    private static IEnumerable<PersonalDataRule> Of(EventRegistry.Entry entry)
    {
        foreach (var property in entry.Json.Properties)
        {
            if (AttributeOf(property) is not { } attribute)
            {
                continue;
            }

            var subject = entry.Json.Properties.FirstOrDefault(p => NameOf(p) == attribute.Subject)
                ?? throw new ArgumentException($"{entry.ClrType} has personal data of '{attribute.Subject}', and no member of that name.");
            yield return new PersonalDataRule(entry.Name, PathOf(property), PathOf(subject));
        }
    }

    private static string PathOf(JsonPropertyInfo property) => $"$['{property.Name}']";

    private static string? NameOf(JsonPropertyInfo property) => (property.AttributeProvider as MemberInfo)?.Name ?? property.AssociatedParameter?.Name;

    private static PersonalDataAttribute? AttributeOf(JsonPropertyInfo property) =>
        AttributeOf(property.AttributeProvider) ?? AttributeOf(property.AssociatedParameter?.AttributeProvider);

    private static PersonalDataAttribute? AttributeOf(ICustomAttributeProvider? provider) =>
        provider?.GetCustomAttributes(typeof(PersonalDataAttribute), inherit: true) is [PersonalDataAttribute attribute, ..] ? attribute : null;
}
