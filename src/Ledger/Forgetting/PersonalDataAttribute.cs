namespace Ledger.Forgetting;

/// <summary>Marks a member of an event as personal data of a subject, so that it can be masked, or encrypted with the key of that subject.</summary>
/// <remarks>
/// On a property or a parameter of a registered event type; members of its members are not looked at. The member should be a text or nullable: a masked number reads as
/// null, and an event that cannot be read so is an <see cref="Events.UntypedEvent"/>.
/// </remarks>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class PersonalDataAttribute : Attribute
{
    /// <summary>The member of the same event that names whose data it is, by its .NET name: <c>nameof(OrderPlaced.CustomerId)</c>.</summary>
    public required string Subject { get; init; }
}
