using HyperGen.Generator.Models;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds how a <c>[FromForm]</c> parameter is bound: one field, files, or a type whose members are fields.</summary>
internal sealed class FormParser(BindingScope scope)
{
    /// <param name="slot">The parameter.</param>
    /// <param name="name">The name the attribute gives; empty for none.</param>
    public ParameterModel? Parse(BindingSlot slot, string name)
    {
        if (!scope.TakeBody(slot, isForm: true))
        {
            return null;
        }
        KnownTypes types = scope.Context.Types;
        string key = name.Length > 0 ? name : slot.Name;
        if (slot.Type.Is(types[KnownNames.FormFile]))
        {
            return slot.Model(ParameterSource.FormFile) with { Key = key };
        }
        if (slot.Type.Is(types[KnownNames.FormFileCollection]))
        {
            return slot.Model(ParameterSource.FormFiles);
        }
        if (slot.Type.Is(types[KnownNames.FormCollection]))
        {
            return slot.Model(ParameterSource.FormCollection);
        }
        if (TextParser.Find(slot.Type, acceptsLists: true, scope.Context) is { } text)
        {
            return slot.Model(ParameterSource.Form) with { Key = key, Text = text };
        }
        return new MembersParser(scope).Parse(slot, member => Field(member, name)) is { } form ? form with { IsForm = true } : null;
    }

    /// <summary>A member of a form type: <c>Address.City</c> where the type stands in another's member, or below a name that the attribute gives.</summary>
    private ParameterModel? Field(BindingSlot slot, string prefix)
    {
        string name = slot.Find(scope.Context.Types[KnownNames.FromForm])?.Named("Name", slot.Name) ?? slot.Name;
        return Parse(slot, prefix.Length > 0 ? prefix + "." + name : name);
    }
}
