package dev.cria.core.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reflection on records. */
final class Records {
    private Records() {}

    static List<String> names(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    static @Nullable Object value(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (InvocationTargetException e) {
            throw rethrown(e);
        } catch (IllegalAccessException e) {
            throw notPublic(record.getClass(), e);
        }
    }

    /** What a record's {@code defaults()} returns; null if it has no such method. */
    static @Nullable Record defaults(Class<? extends Record> type) {
        try {
            Method method = type.getMethod("defaults");
            if (!Modifier.isStatic(method.getModifiers()) || method.getReturnType() != type) {
                return null;
            }
            return type.cast(method.invoke(null));
        } catch (NoSuchMethodException e) {
            return null;
        } catch (InvocationTargetException e) {
            throw rethrown(e);
        } catch (IllegalAccessException e) {
            throw notPublic(type, e);
        }
    }

    /** Calls the canonical constructor. */
    static Record construct(Class<? extends Record> type, @Nullable Object[] values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw rethrown(e);
        } catch (ReflectiveOperationException e) {
            throw notPublic(type, e);
        }
    }

    private static RuntimeException rethrown(InvocationTargetException e) {
        if (e.getCause() instanceof RuntimeException cause) {
            return cause;
        }
        throw new IllegalStateException(e.getCause());
    }

    private static IllegalStateException notPublic(Class<?> type, ReflectiveOperationException cause) {
        return new IllegalStateException(type.getName() + " must be a public record to be a configuration", cause);
    }
}
