//! What a list says (TS 119 612 clause 5).

use uppsala::Document;

use super::{ListPointer, ServicePeriod, TrustService, TrustedList, element::Element};

/// Reads a list that was accepted.
pub(super) fn read(document: &Document<'_>, signer: Option<Vec<u8>>) -> Result<TrustedList, &'static str> {
    let root = Element::root(document).filter(|root| root.is(TSL, "TrustServiceStatusList"));
    let root = root.ok_or("it is no TrustServiceStatusList")?;
    let scheme = root.only(TSL, "SchemeInformation").ok_or("it has no scheme information")?;
    let text = |name| scheme.text_of(TSL, name);
    let next_update = scheme.only(TSL, "NextUpdate").ok_or("it does not say when the next one is due")?;
    let next_update = match next_update.children().next() {
        // An empty one closes the scheme.
        None => None,
        Some(date) => Some(date.instant().ok_or("when the next one is due cannot be read")?),
    };
    let issued_at = scheme.only(TSL, "ListIssueDateTime").and_then(Element::instant);
    let mut list = TrustedList {
        sequence_number: text("TSLSequenceNumber")
            .and_then(|number| number.parse().ok())
            .ok_or("its number cannot be read")?,
        territory: text("SchemeTerritory").ok_or("it names no territory")?,
        kind: text("TSLType").ok_or("it names no type")?,
        issued_at: issued_at.ok_or("when it was issued cannot be read")?,
        next_update,
        pointers: Vec::new(),
        services: Vec::new(),
        signer,
    };
    if let Some(pointers) = scheme.only(TSL, "PointersToOtherTSL") {
        list.pointers = pointers.all(TSL, "OtherTSLPointer").map(pointer).collect::<Result<_, _>>()?;
    }
    for providers in root.all(TSL, "TrustServiceProviderList") {
        for provider in providers.all(TSL, "TrustServiceProvider") {
            read_provider(provider, &mut list.services)?;
        }
    }
    Ok(list)
}

fn pointer(pointer: Element<'_, '_>) -> Result<ListPointer, &'static str> {
    let mut found = ListPointer {
        location: pointer.text_of(TSL, "TSLLocation").ok_or("a pointer of it has no location")?,
        territory: String::new(),
        kind: String::new(),
        mime_type: String::new(),
        signers: Vec::new(),
    };
    for identities in pointer.all(TSL, "ServiceDigitalIdentities") {
        for identity in identities.all(TSL, "ServiceDigitalIdentity") {
            found.signers.extend(certificates(identity)?);
        }
    }
    for further in pointer.all(TSL, "AdditionalInformation") {
        for information in further.all(TSL, "OtherInformation") {
            let text = |name| information.text_of(TSL, name);
            found.territory = text("SchemeTerritory").unwrap_or(found.territory);
            found.kind = text("TSLType").unwrap_or(found.kind);
            found.mime_type = information.text_of(TSL_MORE, "MimeType").unwrap_or(found.mime_type);
        }
    }
    Ok(found)
}

fn read_provider(provider: Element<'_, '_>, services: &mut Vec<TrustService>) -> Result<(), &'static str> {
    let information = provider.only(TSL, "TSPInformation").ok_or("a provider of it is not described")?;
    let name = information.only(TSL, "TSPName").and_then(english).unwrap_or_default();
    for list in provider.all(TSL, "TSPServices") {
        for service in list.all(TSL, "TSPService") {
            services.push(read_service(service, &name)?);
        }
    }
    Ok(())
}

fn read_service(service: Element<'_, '_>, provider: &str) -> Result<TrustService, &'static str> {
    let current = service.only(TSL, "ServiceInformation").ok_or("a service of it is not described")?;
    let identity = current.only(TSL, "ServiceDigitalIdentity").ok_or("a service of it has no identity")?;
    let mut periods = vec![period(current)?];
    for history in service.all(TSL, "ServiceHistory") {
        for past in history.all(TSL, "ServiceHistoryInstance") {
            periods.push(period(past)?);
        }
    }
    // Latest first, whatever order the list has; each lasts until the next one begins.
    periods.sort_by_key(|period| std::cmp::Reverse(period.from));
    let mut until = None;
    for period in &mut periods {
        period.until = until;
        until = Some(period.from);
    }
    Ok(TrustService {
        provider: provider.to_owned(),
        name: current.only(TSL, "ServiceName").and_then(english).unwrap_or_default(),
        certificates: certificates(identity)?,
        periods,
    })
}

fn period(information: Element<'_, '_>) -> Result<ServicePeriod, &'static str> {
    let kind = information.text_of(TSL, "ServiceTypeIdentifier").ok_or("a service of it has no type")?;
    let status = information.text_of(TSL, "ServiceStatus").ok_or("a service of it has no status")?;
    let from = information.only(TSL, "StatusStartingTime").and_then(Element::instant);
    let mut qualifiers = Vec::new();
    for extensions in information.all(TSL, "ServiceInformationExtensions") {
        let uris = extensions.descendants(QUALIFICATIONS, "Qualifier");
        qualifiers.extend(uris.filter_map(|qualifier| qualifier.attribute("uri").map(last_part)));
        for further in extensions.descendants(TSL, "AdditionalServiceInformation") {
            qualifiers.extend(further.text_of(TSL, "URI").as_deref().map(last_part));
        }
    }
    Ok(ServicePeriod {
        kind: kind.split_once("/Svctype/").map_or(kind.as_str(), |(_, kind)| kind).to_owned(),
        status: last_part(&status),
        from: from.ok_or("since when a service has its status cannot be read")?,
        until: None,
        qualifiers,
    })
}

fn last_part(uri: &str) -> String {
    uri.rsplit('/').next().unwrap_or_default().to_owned()
}

fn certificates(identity: Element<'_, '_>) -> Result<Vec<Vec<u8>>, &'static str> {
    let ids = identity.all(TSL, "DigitalId");
    let certificates = ids.flat_map(|id| id.all(TSL, "X509Certificate"));
    certificates.map(|element| element.bytes().ok_or("a certificate of it cannot be read")).collect()
}

/// The name in English, which every list has, or else the first.
fn english(names: Element<'_, '_>) -> Option<String> {
    let is_english = |name: &Element<'_, '_>| {
        let attributes = name.document.element(name.id).map(|element| element.attributes.as_slice());
        attributes.unwrap_or_default().iter().any(|attribute| {
            attribute.name.matches(Some("http://www.w3.org/XML/1998/namespace"), "lang")
                && attribute.value == "en"
        })
    };
    let mut all = names.all(TSL, "Name");
    names.all(TSL, "Name").find(is_english).or_else(|| all.next()).map(Element::text)
}

const TSL: &str = "http://uri.etsi.org/02231/v2#";
const TSL_MORE: &str = "http://uri.etsi.org/02231/v2/additionaltypes#";
const QUALIFICATIONS: &str = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#";
