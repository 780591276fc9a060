using System.Reflection;
using Marten;

namespace Ledger.Marten.Aggregates;

/// <summary>Names a folded state after its stream, as Marten does.</summary>
internal static class StateIdentity
{
    /// <summary>Sets the identity, if the type has one that is a text and can be set.</summary>
    public static void Set(IDocumentStore store, object state, string stream)
    {
        switch (store.Options.FindOrResolveDocumentType(state.GetType()).IdMember)
        {
            case PropertyInfo { CanWrite: true } property when property.PropertyType == typeof(string):
                property.SetValue(state, stream);
                break;
            case FieldInfo { IsInitOnly: false } field when field.FieldType == typeof(string):
                field.SetValue(state, stream);
                break;
            default:
                break;
        }
    }
}
