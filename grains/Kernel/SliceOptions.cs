using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>Binds a slice's options and validates them at start: every fault is listed with its key, its value and the rule.</summary>
public static class SliceOptions
{
    /// <summary>Registers <typeparamref name="T"/> under <paramref name="section"/>; its data annotations are the rules. A key that is no option is a fault too.</summary>
    public static OptionsBuilder<T> AddSliceOptions<T>(this IServiceCollection services, string section)
        where T : class, new()
    {
        services.AddSingleton(provider => new Rules<T>(provider.GetRequiredService<IConfiguration>().GetSection(section)));
        services.AddSingleton<IConfigureOptions<T>>(provider => provider.GetRequiredService<Rules<T>>());
        services.AddSingleton<IValidateOptions<T>>(provider => provider.GetRequiredService<Rules<T>>());
        return services.AddOptions<T>().ValidateOnStart();
    }

    /// <summary>Binding does not stop at the first value that cannot be read: it is remembered and told by the validation.</summary>
    private sealed class Rules<T>(IConfigurationSection section) : IConfigureOptions<T>, IValidateOptions<T>
        where T : class, new()
    {
        private readonly List<string> _unreadable = [];

        public void Configure(T options)
        {
            lock (_unreadable)
            {
                _unreadable.Clear();
                foreach (var child in section.GetChildren())
                {
                    Set(options, child);
                }
            }
        }

        public ValidateOptionsResult Validate(string? name, T options)
        {
            var broken = new List<ValidationResult>();
            Validator.TryValidateObject(options, new ValidationContext(options), broken, validateAllProperties: true);
            lock (_unreadable)
            {
                var faults = _unreadable.Concat(broken.Select(fault => Describe(options, fault))).ToList();
                return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
            }
        }

        private void Set(T options, IConfigurationSection child)
        {
            var property = typeof(T).GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is null || !property.CanWrite)
            {
                _unreadable.Add($"{child.Path}: there is no such option.");
                return;
            }

            try
            {
                property.SetValue(options, Read(property.PropertyType, child));
            }
            catch (Exception)
            {
                var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
                _unreadable.Add($"{child.Path} = {child.Value}: is not of the type {kind.Name}.");
            }
        }

        private static object? Read(Type type, IConfigurationSection child)
        {
            var converter = TypeDescriptor.GetConverter(type);
            return child.Value is { } text && converter.CanConvertFrom(typeof(string)) ? converter.ConvertFromInvariantString(text) : child.Get(type);
        }

        private string Describe(T options, ValidationResult fault)
        {
            var member = fault.MemberNames.FirstOrDefault();
            var value = member is null ? null : typeof(T).GetProperty(member)?.GetValue(options);
            return member is null ? $"{section.Path}: {fault.ErrorMessage}" : $"{section.Path}:{member} = {value}: {fault.ErrorMessage}";
        }
    }
}
