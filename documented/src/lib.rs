//! Gives the messages of a contract the docs of the traits that they implement.
//!
//! ink! takes what stands in a contract's metadata from the implementation alone, and there the docs would stand twice.
//! Between `#[pendzl::implementation]` and `#[ink::contract]`, [`macro@documented`] copies them from the traits in
//! `interfaces/`, and for messages of the standards from [`standards`].

mod standards;

use proc_macro::TokenStream;
use quote::quote;
use std::{collections::HashMap, fs};
use syn::{parse_quote, Attribute, ImplItem, Item, ItemImpl, ItemMod, TraitItem};

/// Where the traits are. A path dependency is compiled where it lies, so this holds in the temporary folders of
/// contract-build too.
const SOURCES: [&str; 3] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/../interfaces/src/reputation.rs"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/../interfaces/src/obligation.rs"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/../interfaces/src/market/mod.rs"),
];

/// The docs of each message, by its trait and its name.
type Docs = HashMap<(String, String), Vec<Attribute>>;

/// Copies the docs of traits to the messages that implement them, where these have none of their own.
#[proc_macro_attribute]
pub fn documented(_: TokenStream, module: TokenStream) -> TokenStream {
    match expand(module.into()) {
        Ok(module) => module.into(),
        Err(error) => error.to_compile_error().into(),
    }
}

fn expand(module: proc_macro2::TokenStream) -> syn::Result<proc_macro2::TokenStream> {
    let mut module: ItemMod = syn::parse2(module)?;
    let known = known()?;
    for item in module.content.iter_mut().flat_map(|(_, items)| items) {
        if let Item::Impl(block) = item {
            document(block, &known);
        }
    }
    Ok(quote!(#module))
}

fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect()
}

/// The docs of all messages: those of the traits in `interfaces/`, and those of the standards.
fn known() -> syn::Result<Docs> {
    let mut known = Docs::new();
    for (message, text) in standards::MESSAGES {
        let (of, name) = message.split_once("::").unwrap_or(("", message));
        known.insert((of.into(), name.into()), vec![parse_quote!(#[doc = #text])]);
    }
    for source in SOURCES {
        let text = fs::read_to_string(source)
            .map_err(|error| syn::Error::new(proc_macro2::Span::call_site(), format!("{source}: {error}")))?;
        for item in syn::parse_file(&text)?.items {
            let Item::Trait(found) = item else { continue };
            for method in &found.items {
                let TraitItem::Fn(method) = method else { continue };
                known.insert((found.ident.to_string(), method.sig.ident.to_string()), docs(&method.attrs));
            }
        }
    }
    Ok(known)
}

fn document(block: &mut ItemImpl, known: &Docs) {
    let Some(of) =
        block.trait_.as_ref().and_then(|(_, path, _)| path.segments.last()).map(|last| last.ident.to_string())
    else {
        return;
    };
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        if docs(&method.attrs).is_empty() {
            let found = known.get(&(of.clone(), method.sig.ident.to_string()));
            method.attrs.extend(found.into_iter().flatten().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_docs_of_its_trait_unless_it_has_its_own() {
        let module = quote! {
            mod market {
                impl interfaces::Market for Market {
                    fn settle(&mut self) {}
                    /// Its own.
                    fn prune(&mut self) {}
                }
                impl AccessControl for Market {
                    fn grant_role(&mut self) {}
                }
                impl Market {
                    fn settle(&mut self) {}
                }
            }
        };
        let module: ItemMod = syn::parse2(expand(module).expect("a module")).expect("a module");
        let mut found = Vec::new();
        for item in module.content.expect("items").1 {
            let Item::Impl(block) = item else { continue };
            for item in block.items {
                let ImplItem::Fn(method) = item else { continue };
                let docs = docs(&method.attrs);
                found.push(docs.iter().map(|doc| quote!(#doc).to_string()).collect::<String>());
            }
        }
        assert!(found[0].contains("settles"), "{}", found[0]);
        assert!(found[1].contains("Its own.") && !found[1].contains("frees"), "{}", found[1]);
        assert!(found[2].contains("role"), "{}", found[2]);
        assert_eq!(found[3], "", "no message of a trait");
    }

    #[test]
    fn every_message_of_the_traits_has_docs() {
        let known = known().expect("the traits");
        let bare: Vec<_> = known.iter().filter(|(_, docs)| docs.is_empty()).map(|(message, _)| message).collect();
        assert!(bare.is_empty() && known.len() > 100, "{bare:?} of {}", known.len());
    }
}
